"""Descriptions of training and prediction jobs, as `/v2/job/submit` takes them (fate_flow/entity/spec/dag, 2.2.0).

Every model of FATE 2.2 reads `train_data` or `test_data`, and puts out `train_output_data` or `test_output_data` and `output_model`
(fate/components/components), so that one shape of job serves them all: reader, alignment where rows are split by column, model, evaluation.
A deployed model is no object of FATE Flow's: a prediction is a job that names where the training job's model is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.engine.fate.tables import TableRef

_SCHEMA: Final = "2.2.0"
READER: Final = "reader_0"
ALIGNMENT: Final = "psi_0"
EVALUATION: Final = "evaluation_0"
TRAIN_OUTPUT: Final = "train_output_data"
TEST_OUTPUT: Final = "test_output_data"


@dataclass(frozen=True)
class Members:
    """Who takes part in a job, by role: one guest, its hosts, and the arbiter where the model needs one."""

    guest: str
    hosts: tuple[str, ...]
    arbiter: str = ""

    @property
    def holders(self) -> dict[str, tuple[str, ...]]:
        """Those who bring rows, by role."""
        return {"guest": (self.guest,), "host": self.hosts}

    def roles_of(self, party_id: str) -> tuple[str, ...]:
        """The roles a party has."""
        return tuple(role for role, parties in self._all().items() if party_id in parties)

    @property
    def party_ids(self) -> tuple[str, ...]:
        """Everyone once, guest first."""
        return tuple(dict.fromkeys(party for parties in self._all().values() for party in parties))

    def _all(self) -> dict[str, tuple[str, ...]]:
        return self.holders | ({"arbiter": (self.arbiter,)} if self.arbiter else {})

    def described(self) -> list[dict[str, object]]:
        """As a description has it."""
        return _parties(self._all())


@dataclass(frozen=True)
class Plan:
    """What is done with the rows.

    Attributes:
        component: FATE's name of the model, such as ``homo_lr``.
        parameters: the model's, as FATE's documentation has them.
        aligned: whether rows are matched by their id first (PSI), as they must be where parties hold different columns of the same rows.
        evaluation: ``binary``, ``multi`` or ``regression``.
        task_seconds: after which FATE itself gives a task up.
    """

    component: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    aligned: bool = False
    evaluation: str = "binary"
    task_seconds: int = 3600

    @property
    def model_task(self) -> str:
        """What the model's task is called."""
        return f"{self.component}_0"


def fit_dag(members: Members, plan: Plan, table: TableRef) -> Mapping[str, object]:
    """A training job: every party reads its own table of that name."""
    tasks = _rows(members, plan)
    tasks[plan.model_task] = {
        "component_ref": plan.component,
        "parameters": dict(plan.parameters),
        "inputs": {"data": {"train_data": _from(members, ALIGNMENT if plan.aligned else READER, "output_data")}},
    }
    tasks[EVALUATION] = _evaluation(members, plan, TRAIN_OUTPUT)
    return _schema(members, plan, "train", tasks, table, {})


def read_dag(members: Members, table: TableRef, task_seconds: int) -> Mapping[str, object]:
    """A job that does nothing but look up: every party its own table of that name."""
    plan = Plan("reader", task_seconds=task_seconds)
    return _schema(members, plan, "default", _rows(members, plan), table, {})


def predict_dag(members: Members, plan: Plan, table: TableRef, model_id: str, model_version: str) -> Mapping[str, object]:
    """A prediction on other rows by the model of a training job."""
    tasks = _rows(members, plan)
    stored = {"producer_task": plan.model_task, "output_artifact_key": "output_model", "parties": _parties(members.holders)}
    tasks[plan.model_task] = {
        "component_ref": plan.component,
        "parameters": dict(plan.parameters),
        "inputs": {
            "data": {"test_data": _from(members, ALIGNMENT if plan.aligned else READER, "output_data")},
            "model": {"input_model": {"model_warehouse": stored}},
        },
    }
    tasks[EVALUATION] = _evaluation(members, plan, TEST_OUTPUT)
    return _schema(members, plan, "predict", tasks, table, {"model_warehouse": {"model_id": model_id, "model_version": model_version}})


def _rows(members: Members, plan: Plan) -> dict[str, object]:
    tasks: dict[str, object] = {
        READER: {"component_ref": "reader", "parties": _parties(members.holders), "stage": "default", "parameters": {}},
    }
    if plan.aligned:
        tasks[ALIGNMENT] = {
            "component_ref": "psi",
            "parties": _parties(members.holders),
            "stage": "default",
            "inputs": {"data": {"input_data": _from(members, READER, "output_data")}},
        }
    return tasks


def _evaluation(members: Members, plan: Plan, output: str) -> dict[str, object]:
    # Where columns are split, only the guest has labels to hold predictions against.
    judges = {"guest": (members.guest,)} if plan.aligned else members.holders
    source = {"producer_task": plan.model_task, "output_artifact_key": output, "parties": _parties(judges)}
    return {
        "component_ref": "evaluation",
        "parties": _parties(judges),
        "stage": "default",
        "parameters": {"default_eval_setting": plan.evaluation},
        "inputs": {"data": {"input_datas": {"task_output_artifact": [source]}}},
    }


def _from(members: Members, producer: str, key: str) -> dict[str, object]:
    return {"task_output_artifact": {"producer_task": producer, "output_artifact_key": key, "parties": _parties(members.holders)}}


def _schema(
    members: Members, plan: Plan, stage: str, tasks: dict[str, object], table: TableRef, conf: Mapping[str, object]
) -> Mapping[str, object]:
    names = {READER: {"parameters": {"namespace": table.namespace, "name": table.name}}}
    dag = {
        "parties": members.described(),
        "stage": stage,
        "tasks": tasks,
        "party_tasks": {
            f"{role}_{party}": {"parties": _parties({role: (party,)}), "tasks": names}
            for role, parties in members.holders.items()
            for party in parties
        },
        # Whoever waits may be gone by then; a task must not hold its cores for FATE's three days.
        "conf": {"task": {"timeout": plan.task_seconds}} | dict(conf),
    }
    return {"dag": dag, "schema_version": _SCHEMA}


def _parties(roles: Mapping[str, tuple[str, ...]]) -> list[dict[str, object]]:
    return [{"role": role, "party_id": list(parties)} for role, parties in roles.items()]
