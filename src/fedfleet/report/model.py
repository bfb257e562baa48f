"""The files a run leaves in `artifacts/reports/` beside its inventory, and the report made of them.

`<site>.json` holds a `SiteReport`: role `validation` writes it. `stages.json` holds a `StagesFile`: the callback plugin
`fedfleet.federation.stages` writes it. All times are seconds; all moments are UTC.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class FileModel(BaseModel):
    """A format on disk: unknown fields are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rung(FileModel):
    """One proof of the validation ladder, for one subject.

    `rung` is the number on the ladder (1 names and TLS, 2 coordination, 3 broker, 4 toy on one party, 5 toy with a partner, ...),
    `subject` says between whom it was proven ("30000 → 40000") and `proven_at` when, so that an old proof is not taken for a new one.
    """

    rung: int = Field(ge=1, le=9)
    name: str
    ok: bool
    subject: str = ""
    seconds: float = Field(default=0.0, ge=0)
    detail: str = ""
    fix: str = ""
    proven_at: datetime | None = None


class ReplicaRoute(FileModel):
    """What one replica of the exchange answered when it was asked for one route."""

    replica: str
    route: str
    ok: bool
    seconds: float = Field(default=0.0, ge=0)
    detail: str = ""


class SiteReport(FileModel):
    """Where one site is, what was proven there, and whom it waits for."""

    apiVersion: Literal["fedfleet.dev/v1"] = "fedfleet.dev/v1"  # noqa: N815 - the field's name in every file of ours
    kind: Literal["SiteReport"] = "SiteReport"
    federation: str
    site: str
    site_kind: Literal["exchange", "party"]
    party_id: int | None = None
    state: str
    waits_for: str = ""
    written_at: datetime | None = None
    rungs: tuple[Rung, ...] = ()
    routes: tuple[ReplicaRoute, ...] = ()


class Stage(FileModel):
    """One play of a run. `hosts` are the sites it ran on; `failed` those it stopped at."""

    name: str
    seconds: float = Field(ge=0)
    ok: bool
    changed: int = Field(default=0, ge=0)
    hosts: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class StagesFile(FileModel):
    """The stages of the newest run on an inventory."""

    apiVersion: Literal["fedfleet.dev/v1"] = "fedfleet.dev/v1"  # noqa: N815 - as above
    kind: Literal["Stages"] = "Stages"
    playbook: str
    started_at: datetime
    seconds: float = Field(ge=0)
    stages: tuple[Stage, ...] = ()


class Report(FileModel):
    """Everything known about an inventory: the newest run's stages and each site's proofs.

    `rungs` and `routes` are those of all sites in one list, for scripts that do not care whose they are.
    """

    inventory: str
    ok: bool
    run: StagesFile | None
    sites: tuple[SiteReport, ...]
    stages: tuple[Stage, ...]
    rungs: tuple[Rung, ...]
    routes: tuple[ReplicaRoute, ...]
