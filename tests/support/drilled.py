"""A site that is a folder: what it serves are files in it, and what drills do to it are commands."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fedfleet.drills import jobs
from fedfleet.drills.experiment import Experiment
from fedfleet.drills.runner import Runner
from fedfleet.drills.scene import Scene
from fedfleet.drills.watchdog import start_watchdog
from fedfleet.engine.fate import JobView, TaskView
from fedfleet.sites import InventorySite

# Seconds that no drill of a test takes, however busy the machine is.
DEADLINE = 240
# Seconds that a slow command takes until it does anything.
SLOW = 5
LONG_JOB = "202611280000000000009"


def site(directory: Path, **fields: Any) -> InventorySite:
    known = {"name": "north", "kind": "party", "party_id": "30000", "federation": "lab", "domain": "fate.lab.internal"}
    return InventorySite.model_validate(known | {"namespace": "fate-30000", "directory": directory} | fields)


def scene(directory: Path) -> Scene:
    return Scene(site(directory))


def command(name: str, line: str, kind: str = "action", seconds: float = 60, **fields: Any) -> dict[str, Any]:
    provider = {"type": "process", "path": "sh", "arguments": ["-c", line], "timeout": seconds}
    return {"name": name, "type": kind, "provider": provider, **fields}


def probe(name: str, line: str) -> dict[str, Any]:
    return command(name, line, "probe", tolerance=True)


def experiment(
    probes: list[dict[str, Any]], method: list[dict[str, Any]], rollbacks: list[dict[str, Any]] | None = None, **terms: Any
) -> Experiment:
    known = {"name": "fedfleet", "drill": "stop-it", "touches": "nobody", "every_seconds": 0.05, "settle_seconds": 0.3, "aftermath": False}
    return Experiment.model_validate(
        {
            "title": "It is stopped",
            "description": "For tests.",
            "tags": ["component"],
            "extensions": [known | {"deadline_seconds": DEADLINE} | terms],
            "steady-state-hypothesis": {"title": "It runs", "probes": probes},
            "method": method,
            "rollbacks": rollbacks or [],
        }
    )


@dataclass(frozen=True)
class FolderFlow:
    """A FATE Flow that is a folder too: it has the jobs that files there name."""

    folder: Path
    party_id: str = "30000"

    def submit(self, _description: object) -> str:
        """A job that runs for ever."""
        (self.folder / f"job-{LONG_JOB}").touch()
        return LONG_JOB

    def jobs(self, job: str) -> list[JobView]:
        """How it stands."""
        state = "running" if (self.folder / f"job-{job}").exists() else "canceled"
        return [JobView.model_validate({"job_id": job, "role": "guest", "party_id": "30000", "status": state})]

    def tasks(self, _job: str) -> list[TaskView]:
        """None."""
        return []

    def stop(self, job: str) -> None:
        """End it."""
        (self.folder / f"job-{job}").unlink()


@dataclass(frozen=True)
class FolderParty:
    """A party whose FATE Flow that is."""

    folder: Path
    party_id: str = "30000"

    def roster(self) -> None:
        """None; it has a partner all the same."""
        return

    @contextmanager
    def flow(self) -> Iterator[FolderFlow]:
        """Its FATE Flow."""
        yield FolderFlow(self.folder)


def with_a_job(folder: Path) -> None:
    """Start a job and cut the folder off, and wait: for whoever kills this in the middle of it."""
    provider = {"type": "python", "module": "fedfleet.drills.jobs"}
    start = {"name": "Start a job", "type": "action", "provider": provider | {"func": "start_job", "arguments": {"phase": "submitted"}}}
    stop = {"name": "Stop the job", "type": "action", "provider": provider | {"func": "stop_job"}}
    cut = command("Cut it off", _lasts(folder), seconds=DEADLINE)
    drill = experiment([probe("it runs", f"test -e {folder}/up")], [start, cut], [stop])
    partner = patch.object(jobs, "partners_of", lambda _own, _roster: ("40000",))
    with partner, patch.object(Scene, "party_of", lambda _scene, _site: FolderParty(folder)):
        Runner(drill, scene(folder), _kept(folder), watchdog=lambda _folder, _pid: None).run()


def _lasts(folder: Path) -> str:
    """A command that lasts as long as we do."""
    return f"touch {folder}/cut; while kill -0 {os.getpid()} 2>/dev/null; do sleep 0.2; done"


def _kept(folder: Path) -> Path:
    kept = folder / "artifacts" / "drills" / "20261128T000000Z-1-stop-it"
    kept.mkdir(parents=True)
    return kept


def main(folder: Path, watched: str) -> None:
    """Cut the folder off and wait: for whoever kills this in the middle of it. A slow cut is not done yet when it says that it is."""
    runs, heals = f"test -e {folder}/up", command("Start it", f"touch {folder}/up")
    line = f"touch {folder}/cut; sleep {SLOW}; rm {folder}/up" if watched == "slow" else f"rm {folder}/up; {_lasts(folder)}"
    drill = experiment([probe("it runs", runs)], [command("Cut it off", line, seconds=DEADLINE)], [heals])
    kept = _kept(folder)
    Runner(drill, scene(folder), kept, watchdog=start_watchdog if watched == "watched" else lambda _folder, _pid: None).run()


if __name__ == "__main__":
    where, how = Path(sys.argv[1]), sys.argv[2]
    with_a_job(where) if how == "with a job" else main(where, how)
