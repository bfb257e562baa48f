"""A drill as its file describes it: chaostoolkit's experiment format (chaostoolkit-lib 1.44, `chaoslib/experiment.py`), and what we add to it.

What is ours stands where the format lets tools keep what is theirs: an entry named `fedfleet` in `extensions`. Providers are Python functions of
those modules of `fedfleet.drills` that `Module` names, and commands (`type: process`); nothing else of a file is ever run.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from yaml import YAMLError

from fedfleet.errors import FedFleetError
from fedfleet.safe_yaml import safe_load

EXTENSION = "fedfleet"
MACHINES = "fedfleet.drills.machines"
SiteKind: TypeAlias = Literal["party", "exchange"]
Component: TypeAlias = Literal[
    "mysql", "pulsar", "pulsar-zookeeper", "pulsar-bookie", "pulsar-proxy", "spark-master", "spark-worker", "namenode", "datanode"
]
Counted: TypeAlias = Literal["spark-worker", "datanode"]
Module: TypeAlias = Literal[
    "fedfleet.drills.certificates",
    "fedfleet.drills.faults",
    "fedfleet.drills.hdfs",
    "fedfleet.drills.holdings",
    "fedfleet.drills.jobs",
    "fedfleet.drills.machines",
    "fedfleet.drills.nodes",
    "fedfleet.drills.probes",
    "fedfleet.drills.routes",
    "fedfleet.drills.spark",
    "fedfleet.drills.training",
    "fedfleet.drills.volumes",
    "fedfleet.drills.workloads",
]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
# Actions that prepare and do nothing to the site are called so: start_job, note_models_and_data, find_node.
_PREPARING = ("start_", "note_", "find_")


class DrillFileError(FedFleetError):
    """A drill's file cannot be read, or does not describe a drill."""


class _Part(BaseModel):
    """A misspelt key would leave something out in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class PythonProvider(_Part):
    """A function of ours, by name, with its arguments."""

    type: Literal["python"]
    module: Module
    func: str
    arguments: dict[str, Any] = {}


class ProcessProvider(_Part):
    """A command of this machine, for what only its owner has: a lab, a switch, a power supply. It must end within `timeout` seconds."""

    type: Literal["process"]
    path: str
    arguments: str | list[str] = []
    timeout: Seconds = 60


Provider = Annotated[PythonProvider | ProcessProvider, Field(discriminator="type")]


class Pauses(_Part):
    """Seconds to wait before and after."""

    before: float = 0
    after: float = 0


class Activity(_Part):
    """One step: a probe looks, an action does something.

    Attributes:
        tolerance: what a probe must say; ours say whether something holds, so it is true.
    """

    type: Literal["probe", "action"]
    name: str
    provider: Provider
    tolerance: Literal[True] | None = None
    pauses: Pauses = Pauses()


def in_vcenter(activity: Activity) -> bool:
    """Whether an activity takes place in vCenter."""
    return isinstance(activity.provider, PythonProvider) and activity.provider.module == MACHINES


def _prepares(activity: Activity) -> bool:
    """Whether an action does nothing to the site yet, as one that starts a job or finds a node."""
    return isinstance(activity.provider, PythonProvider) and activity.provider.func.startswith(_PREPARING)


class Hypothesis(_Part):
    """What is true of a site that is well."""

    title: str
    probes: tuple[Activity, ...] = Field(min_length=1)

    @field_validator("probes")
    @classmethod
    def _probes_with_tolerance(cls, probes: tuple[Activity, ...]) -> tuple[Activity, ...]:
        if any(probe.type != "probe" or probe.tolerance is None for probe in probes):
            raise ValueError("every entry is a probe with 'tolerance: true'")
        names = [probe.name for probe in probes]
        if len(set(names)) < len(names):
            raise ValueError("two probes have one name")
        return probes


class Terms(_Part):
    """What the format has no place for: the entry `fedfleet` of `extensions`.

    Attributes:
        drill: the drill's name.
        site: the kind of site it is done to.
        needs: components that not every site has; where one is missing, the drill is not run, and that is no failure.
        at_least: how many there must be of components that a site may have any number of; with fewer, it is the same.
        recovery_from: the activity of the method from whose start recovery counts; the first action where nothing is said.
        breaks: probes that must be seen to fail from the fault on, or it did nothing.
        limits: at most so long may single probes take until they hold again, where that is less than all of recovery may.
        unbroken: probes that may never fail.
        touches: what is disturbed, and for whom: the blast radius, in a sentence.
        shared: whether others than the site's own people notice it; then they must have agreed.
        recovery_seconds: at most so long may recovery take; None where it is measured only.
        reference: what the reference deployment does, in its table's words.
        reference_seconds: its figure, where it has one.
        settle_seconds: how long everything must hold before a site counts as recovered.
        every_seconds: how often each probe is asked.
        deadline_seconds: after so many the drill is over, whatever it does.
        quick: whether it is one of the quick set.
        aftermath: whether jobs, models and data of before are looked for after it, and a new job is run; of a party.
    """

    name: Literal["fedfleet"]
    drill: Name
    site: SiteKind = "party"
    needs: tuple[Component, ...] = ()
    at_least: dict[Counted, Count] = {}
    recovery_from: str = ""
    breaks: tuple[str, ...] = ()
    limits: dict[str, Seconds] = {}
    unbroken: tuple[str, ...] = ()
    touches: str
    shared: bool = False
    recovery_seconds: Seconds | None = None
    reference: str = ""
    reference_seconds: Seconds | None = None
    settle_seconds: Seconds = 5
    every_seconds: Seconds = 1
    deadline_seconds: Seconds = 600
    quick: bool = False
    aftermath: bool = True


class Experiment(_Part):
    """A drill."""

    version: str = "1.0.0"
    title: str
    description: str
    tags: tuple[str, ...] = ()
    contributions: dict[str, str] = {}
    extensions: tuple[Terms, ...] = Field(min_length=1, max_length=1)
    hypothesis: Hypothesis = Field(alias="steady-state-hypothesis")
    method: tuple[Activity, ...] = Field(min_length=1)
    rollbacks: tuple[Activity, ...] = ()

    @property
    def terms(self) -> Terms:
        """What is ours in it."""
        return self.extensions[0]

    @property
    def name(self) -> str:
        """The drill's name."""
        return self.terms.drill

    @property
    def needs_vcenter(self) -> bool:
        """Whether it looks at the site's machines in vCenter, or touches them."""
        return any(map(in_vcenter, (*self.hypothesis.probes, *self.method, *self.rollbacks)))

    @property
    def fault(self) -> Activity:
        """The activity from whose start recovery counts."""
        wanted = self.terms.recovery_from
        return next(activity for activity in self.method if activity.name == wanted or (not wanted and activity.type == "action"))

    @property
    def strike(self) -> Activity:
        """The action that does something to the site before all others; recovery may count from a later one."""
        actions = [activity for activity in self.method if activity.type == "action"]
        return next((activity for activity in actions if not _prepares(activity)), actions[0])

    @model_validator(mode="after")
    def _names_that_are_there(self) -> Experiment:
        probes = {probe.name for probe in self.hypothesis.probes}
        unknown = [name for name in (*self.terms.breaks, *self.terms.limits, *self.terms.unbroken) if name not in probes]
        if unknown:
            raise ValueError(f"breaks, limits and unbroken name probes of the steady state, and {unknown[0]!r} is none")
        if not any(activity.type == "action" for activity in self.method):
            raise ValueError("the method has no action: nothing would be done to the site")
        if self.terms.recovery_from and self.terms.recovery_from not in {activity.name for activity in self.method}:
            raise ValueError(f"recovery_from names an activity of the method, and {self.terms.recovery_from!r} is none")
        if any(activity.type != "action" for activity in self.rollbacks):
            raise ValueError("every rollback is an action")
        return self


def read_experiment(text: str, where: str) -> Experiment:
    """The drill that a file holds; ``where`` names the file in errors.

    Raises:
        DrillFileError: it is not YAML, or not a drill.
    """
    try:
        return Experiment.model_validate(safe_load(text))
    except YAMLError as error:
        raise DrillFileError("A drill's file is no YAML", found=" ".join(str(error).split()), where=where) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the file"
        raise DrillFileError(
            "A drill's file does not describe a drill",
            expected="chaostoolkit's experiment format, as docs/how-to/drills.md shows it",
            found=f"{place}: {first['msg']}",
            where=where,
        ) from error
