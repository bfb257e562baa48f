"""The evidence of one run, `artifacts/evidence/<run>.json` beside the inventory. Moments are UTC, times are seconds.

It holds names and digests, never the value of a variable or what a module returned: no secret can be in it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from fedfleet.report.format import FileModel
from fedfleet.report.model import ReplicaRoute, Rung

EVIDENCE: Final = Path("artifacts") / "evidence"
Result = Literal["done", "failed", "interrupted"]


class Actor(FileModel):
    """Who ran it, as the machine knows them, and on which machine."""

    user: str
    host: str


class InputFile(FileModel):
    """A file of the inventory by its path in it, with its SHA-256."""

    path: str
    sha256: str


class Inputs(FileModel):
    """What the run was made of. `commit` is the inventory's git commit, `clean` whether it was exactly that; empty outside of git."""

    playbook: str
    check: bool
    limit: str = ""
    tags: tuple[str, ...] = ()
    extra_variables: tuple[str, ...] = ()
    files: tuple[InputFile, ...] = ()
    commit: str = ""
    clean: bool | None = None
    versions: dict[str, str]


class ChangedTask(FileModel):
    """A task that changed something, or in a check would, at one site."""

    stage: str
    task: str


class SiteEvidence(FileModel):
    """What happened at one site. `proofs` and `routes` are those that this run reported; a proof says when it was found."""

    site: str
    changed: tuple[ChangedTask, ...] = ()
    failed: tuple[ChangedTask, ...] = ()
    state: str = ""
    proofs: tuple[Rung, ...] = ()
    routes: tuple[ReplicaRoute, ...] = ()


class Evidence(FileModel):
    """One run."""

    apiVersion: Literal["fedfleet.dev/v1"] = "fedfleet.dev/v1"  # noqa: N815 - the field's name in every file of ours
    kind: Literal["Evidence"] = "Evidence"
    run: str
    actor: Actor
    started_at: datetime
    ended_at: datetime
    seconds: float = Field(ge=0)
    result: Result
    inputs: Inputs
    sites: tuple[SiteEvidence, ...] = ()
