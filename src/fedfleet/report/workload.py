"""What a workload left behind: `artifacts/reports/workload-<name>.json` beside the inventory it ran on."""

from typing import Literal

from pydantic import Field

from fedfleet.report.format import FileModel, Moment


class ComponentRun(FileModel):
    """One component of a job at one party. Seconds of wall time, seconds of CPU and MiB of memory; None where nobody measured."""

    job_id: str
    component: str
    party_id: str
    role: str
    state: str
    seconds: float = Field(ge=0)
    cpu_seconds: float | None = Field(default=None, ge=0)
    memory_mib: float | None = Field(default=None, ge=0)


class Score(FileModel):
    """One model's figure on the same held-out rows: `federated`, `central` (trained on all data) or `alone 30000` (one party's data)."""

    model: str
    metric: str
    value: float


class Curve(FileModel):
    """A figure that changes while a model learns: one value an epoch (or tree), as its party reported it."""

    name: str
    party_id: str
    values: tuple[float, ...]


class WorkloadReport(FileModel):
    """One run of a workload over the federation: its jobs, how long each part took, and how good the model is."""

    apiVersion: Literal["fedfleet.dev/v1"] = "fedfleet.dev/v1"  # noqa: N815 - the field's name in every file of ours
    kind: Literal["WorkloadReport"] = "WorkloadReport"
    name: str
    federation: str
    parties: tuple[str, ...]
    job_ids: tuple[str, ...]
    ok: bool
    message: str = ""
    started_at: Moment
    seconds: float = Field(ge=0)
    components: tuple[ComponentRun, ...] = ()
    scores: tuple[Score, ...] = ()
    curves: tuple[Curve, ...] = ()
    files: tuple[str, ...] = ()
