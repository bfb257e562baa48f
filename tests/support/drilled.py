"""A site that is a folder: what it serves are files in it, and what drills do to it are commands."""

import sys
from pathlib import Path
from typing import Any

from fedfleet.drills.experiment import Experiment
from fedfleet.drills.runner import Runner
from fedfleet.drills.scene import Scene
from fedfleet.drills.watchdog import start_watchdog
from fedfleet.sites import InventorySite


def site(directory: Path, **fields: Any) -> InventorySite:
    known = {"name": "north", "kind": "party", "party_id": "30000", "federation": "lab", "domain": "fate.lab.internal"}
    return InventorySite.model_validate(known | {"namespace": "fate-30000", "directory": directory} | fields)


def scene(directory: Path) -> Scene:
    return Scene(site(directory))


def command(name: str, line: str, kind: str = "action", **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "provider": {"type": "process", "path": "sh", "arguments": ["-c", line]}, **fields}


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
            "extensions": [known | {"deadline_seconds": 20} | terms],
            "steady-state-hypothesis": {"title": "It runs", "probes": probes},
            "method": method,
            "rollbacks": rollbacks or [],
        }
    )


def main(folder: Path, watched: str) -> None:
    """Cut the folder off and wait: for whoever kills this in the middle of it."""
    runs, heals = f"test -e {folder}/up", command("Start it", f"touch {folder}/up")
    drill = experiment([probe("it runs", runs)], [command("Cut it off", f"rm {folder}/up; touch {folder}/cut; sleep 30")], [heals])
    kept = folder / "artifacts" / "drills" / "20261128T000000Z-1-stop-it"
    kept.mkdir(parents=True)
    Runner(drill, scene(folder), kept, watchdog=start_watchdog if watched == "watched" else lambda _folder, _pid: None).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
