"""Collects what happens in a run, for its evidence."""

from __future__ import annotations

import getpass
import os
import platform
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import TypeAdapter, ValidationError

from fedfleet.evidence.inputs import commit, input_files, versions
from fedfleet.evidence.model import Actor, ChangedTask, Evidence, Inputs, Result, SiteEvidence
from fedfleet.report.model import ReplicaRoute, Rung

_RUNGS = TypeAdapter(tuple[Rung, ...])
_ROUTES = TypeAdapter(tuple[ReplicaRoute, ...])


@dataclass(frozen=True)
class Called:
    """How the run was called; of extra variables the names alone."""

    run: str
    playbook: str
    check: bool = False
    limit: str = ""
    tags: tuple[str, ...] = ()
    extra_variables: tuple[str, ...] = ()


@dataclass
class _Site:
    changed: list[ChangedTask] = field(default_factory=list)
    failed: list[ChangedTask] = field(default_factory=list)
    state: str = ""
    proofs: tuple[Rung, ...] = ()
    routes: tuple[ReplicaRoute, ...] = ()


class RunRecord:
    """What is known of a run while it goes on."""

    def __init__(self, called: Called, *, clock: Callable[[], float] = monotonic) -> None:
        self._called = called
        self._clock = clock
        self._began = clock()
        self._started_at = datetime.now(UTC)
        self._sites: dict[str, _Site] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened yet."""
        return not self._sites

    def touch(self, site: str) -> None:
        """A task works on a site."""
        self._sites.setdefault(site, _Site())

    def change(self, site: str, stage: str, task: str) -> None:
        """A task changed something at a site."""
        self._site(site).changed.append(ChangedTask(stage=stage, task=task))

    def fail(self, site: str, stage: str, task: str) -> None:
        """A task failed at a site; `settle` says whether anybody made up for it."""
        self._site(site).failed.append(ChangedTask(stage=stage, task=task))

    def settle(self, stopped: Collection[str]) -> None:
        """The run is over, and stopped on some sites: there the last failure counts, and what failed before or elsewhere was made up for."""
        for name, site in self._sites.items():
            site.failed = site.failed[-1:] if name in stopped else []

    def prove(self, site: str, result: Mapping[str, Any]) -> None:
        """A ladder was climbed at a site; `result` is what the module returned. One that is not as it should be proves nothing."""
        found = self._site(site)
        try:
            found.proofs = _RUNGS.validate_python(result.get("rungs") or (), strict=False)
            found.routes = _ROUTES.validate_python(result.get("routes") or (), strict=False)
        except ValidationError:
            return
        found.state = str(result.get("state") or "failed")

    def evidence(self, inventory: Path, result: Result) -> Evidence:
        """Return the evidence of the run as it is now."""
        named, clean = commit(inventory)
        called = self._called
        return Evidence(
            run=called.run,
            actor=_actor(),
            started_at=self._started_at,
            ended_at=datetime.now(UTC),
            seconds=round(self._clock() - self._began, 3),
            result=result,
            inputs=Inputs(
                playbook=called.playbook,
                check=called.check,
                limit=called.limit,
                tags=called.tags,
                extra_variables=called.extra_variables,
                files=input_files(inventory),
                commit=named,
                clean=clean,
                versions=versions(),
            ),
            sites=tuple(
                SiteEvidence(
                    site=name,
                    changed=tuple(site.changed),
                    failed=tuple(site.failed),
                    state=site.state,
                    proofs=site.proofs,
                    routes=site.routes,
                )
                for name, site in sorted(self._sites.items())
            ),
        )

    def _site(self, name: str) -> _Site:
        return self._sites.setdefault(name, _Site())


def _actor() -> Actor:
    try:
        user = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        # A container's user need not have a name.
        user = f"user {os.getuid()}"
    return Actor(user=user, host=platform.node())
