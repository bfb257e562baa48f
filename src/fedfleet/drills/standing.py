"""Standing steps and probes: what every drill has, so that no file needs to name it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fedfleet.drills.experiment import Activity, PythonProvider

if TYPE_CHECKING:
    from fedfleet.drills.experiment import Experiment, Module

_STARTS: Final = frozenset(("start_job", "start_job_that_errs", "start_training"))


# Each table of theirs is downloaded before and after; the newest is as a rule the training of the drill before, which has read the rows as well.
_NOTED_JOBS: Final = 2


def _step(name: str, module: Module, func: str, **arguments: object) -> Activity:
    return Activity(type="action", name=name, provider=PythonProvider(type="python", module=module, func=func, arguments=arguments))


def _probe(name: str, module: Module, func: str) -> Activity:
    return _step(name, module, func).model_copy(update={"type": "probe", "tolerance": True})


_ROWS: Final = _step("See to it that both parties have rows to learn from", "fedfleet.drills.training", "upload_rows")
_NOTED: Final = (
    _probe("Jobs are known", "fedfleet.drills.jobs", "history_kept"),
    _step("Note models and data", "fedfleet.drills.holdings", "note_models_and_data", jobs=_NOTED_JOBS),
)
_AFTERMATH: Final = (
    _probe("Jobs of before are known", "fedfleet.drills.jobs", "history_kept"),
    _probe("Models and data are as they were", "fedfleet.drills.holdings", "models_and_data_kept"),
    _probe("A new job succeeds", "fedfleet.drills.jobs", "new_job_succeeds"),
)
_JOB: Final = _probe("the job goes on", "fedfleet.drills.jobs", "job_state")
_INGRESS: Final = _probe("the notebook answers on the ingress", "fedfleet.drills.probes", "ingress_answers")


def before(experiment: Experiment) -> tuple[Activity, ...]:
    """What is done before the time line begins: rows for a training, and a note of what a party has."""
    rows = (_ROWS,) if "start_training" in _functions(experiment.method) else ()
    return (*rows, *(_NOTED if _of_party(experiment) and experiment.terms.aftermath else ()))


def after(experiment: Experiment) -> tuple[Activity, ...]:
    """What must hold when the site is restored: what a party had is there and as it was, and it works on."""
    return _AFTERMATH if _of_party(experiment) and experiment.terms.aftermath else ()


def beside(experiment: Experiment) -> tuple[Activity, ...]:
    """What is looked at all through beside the steady state, and shown: what becomes of the job, and whether people reach their notebook.

    Recovery does not wait for it. A drill that has it among its steady state's probes is judged by it.
    """
    if not _functions(experiment.method) & _STARTS:
        return ()
    named = _functions(experiment.hypothesis.probes)
    wanted = (_JOB, _INGRESS) if _of_party(experiment) else (_JOB,)
    return tuple(probe for probe in wanted if not _functions((probe,)) & named)


def _of_party(experiment: Experiment) -> bool:
    return experiment.terms.site == "party"


def _functions(activities: tuple[Activity, ...]) -> set[str]:
    return {activity.provider.func for activity in activities if isinstance(activity.provider, PythonProvider)}
