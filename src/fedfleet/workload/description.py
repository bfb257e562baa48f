"""What a workload is, as a YAML file says it: whose rows, which columns, which model.

Paths are relative to the file. A party may be left without files where its own people have uploaded its rows
(`fedfleet workload upload`); then only the tables' names, which follow from the workload's, are needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from fedfleet.engine.fate import Columns, Members, Plan, TableRef
from fedfleet.errors import FedFleetError
from fedfleet.federation.names import PartyId
from fedfleet.federation.reading import read_mapping

Baseline = Literal["logistic_regression", "gradient_boosting", "neural_network", "none"]
Set = Literal["train", "test"]

# What FATE's models are held against when nothing else is said.
_BASELINES: dict[str, Baseline] = {
    "homo_lr": "logistic_regression",
    "coordinated_lr": "logistic_regression",
    "sshe_lr": "logistic_regression",
    "hetero_secureboost": "gradient_boosting",
    "homo_nn": "neural_network",
    "hetero_nn": "neural_network",
}

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]
Column = Annotated[str, StringConstraints(pattern=r"^[^,\s]+$", max_length=100)]
Component = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class DescriptionError(FedFleetError):
    """A workload's description cannot be read, or does not fit together."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Part):
    """A party of the workload. `train` and `test` are CSV files whose first line names the columns."""

    role: Literal["guest", "host"]
    train: Path | None = None
    test: Path | None = None


class ColumnNames(_Part):
    """What the columns are. Where parties hold different columns of the same rows, the label is the guest's."""

    match_id: Column = "id"
    label: Column = "y"
    types: str | dict[Column, str] = "float64"
    label_type: str = "int64"


class Pipeline(_Part):
    """What is done.

    Attributes:
        split: whether parties hold different rows (by_row) or different columns of the same rows (by_column).
        component, parameters: FATE's model and its parameters.
        evaluation: what kind of label it is.
        baseline: the central model; None for the one that goes with the component.
        within: by how much the federated model's figure may stay below the central one's.
        task_seconds: after which FATE gives a task up.
    """

    split: Literal["by_row", "by_column"]
    component: Component
    parameters: dict[str, Any] = Field(default_factory=dict)
    evaluation: Literal["binary", "multi", "regression"] = "binary"
    baseline: Baseline | None = None
    within: float = Field(default=0.05, ge=0)
    task_seconds: int = Field(default=1800, ge=10)


class Workload(_Part):
    """A workload's description. `arbiter` is for models that need one (homo_lr, coordinated_lr, homo_nn)."""

    apiVersion: Literal["fedfleet.dev/v1"] = "fedfleet.dev/v1"  # noqa: N815 - the field's name in every file of ours
    kind: Literal["Workload"] = "Workload"
    name: Name
    parties: dict[PartyId, Member] = Field(min_length=1)
    arbiter: PartyId | None = None
    columns: ColumnNames = ColumnNames()
    pipeline: Pipeline

    @model_validator(mode="after")
    def _roles_fit(self) -> Self:
        guests = [party for party, member in self.parties.items() if member.role == "guest"]
        if len(guests) != 1:
            msg = f"parties: exactly one is the guest, found {', '.join(guests) or 'none'}"
            raise ValueError(msg)
        if len(self.parties) < 2:
            msg = "parties: a guest needs at least one host"
            raise ValueError(msg)
        return self

    @property
    def members(self) -> Members:
        """Who takes part, as jobs have it."""
        hosts = tuple(party for party, member in self.parties.items() if member.role == "host")
        guest = next(party for party, member in self.parties.items() if member.role == "guest")
        return Members(guest, hosts, self.arbiter or "")

    @property
    def plan(self) -> Plan:
        """What is done with the rows, as jobs have it."""
        told = self.pipeline
        return Plan(told.component, told.parameters, told.split == "by_column", told.evaluation, told.task_seconds)

    @property
    def baseline(self) -> Baseline:
        """The model trained centrally that FATE's is held against."""
        return self.pipeline.baseline or _BASELINES.get(self.pipeline.component, "none")

    def table(self, which: Set) -> TableRef:
        """What the rows are called at every party."""
        return TableRef(f"fedfleet-{self.name}", which)

    def columns_of(self, party_id: str) -> Columns:
        """What a party's columns are."""
        told = self.columns
        labelled = self.pipeline.split == "by_row" or self.parties[party_id].role == "guest"
        return Columns(told.match_id, told.label if labelled else "", told.types, told.label_type)


def read_workload(path: Path) -> Workload:
    """The description in a file, with its paths made absolute.

    Raises:
        DescriptionError: it cannot be read or does not fit together; says where.
        fedfleet.federation.problems.DocumentError: it is no plain YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DescriptionError("The description cannot be read", found=error.strerror or str(error), where=str(path)) from error
    try:
        workload = Workload.model_validate(read_mapping(text, str(path)))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise DescriptionError(
            "The description does not say a workload",
            found=f"{place}: {first['msg'].removeprefix('Value error, ')}",
            where=str(path),
            next_step="docs/how-to/run-a-workload.md tells every field",
        ) from error
    members = {party: _anchored(member, path.resolve().parent) for party, member in workload.parties.items()}
    return workload.model_copy(update={"parties": members})


def _anchored(member: Member, folder: Path) -> Member:
    found = {which: folder / file for which, file in (("train", member.train), ("test", member.test)) if file is not None}
    for file in found.values():
        if not file.is_file():
            raise DescriptionError(
                "A file of the description is not there",
                expected="a CSV file",
                where=str(file),
                next_step="Paths are relative to the description",
            )
    return member.model_copy(update=found)
