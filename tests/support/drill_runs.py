"""Drills run on a federation by the command, and what they measured."""

import json
from typing import Any

from support.cluster import eventually
from support.federation import Federation


def drill(federation: Federation, *arguments: str, code: int = 0) -> str:
    """Run `fedfleet drill` on the federation's inventory and return what it says; it must end with that code."""
    return federation.lab.fedfleet("drill", *arguments, "-i", str(federation.inventory), timeout=1800).expect(code).output


def until_well(federation: Federation, seconds: float = 240) -> None:
    """Wait until every site is well, as `fedfleet check` has it: what was undone takes its time."""

    def well() -> bool:
        return federation.lab.fedfleet("check", "-i", str(federation.inventory), timeout=120).returncode == 0

    eventually(well, "every site is well", seconds=seconds)


def reported(federation: Federation, name: str) -> dict[str, Any]:
    """How a drill went last, by the report's JSON."""
    out = federation.lab.fedfleet("drill", "report", "--json", "-i", str(federation.inventory)).output
    (entry,) = [entry for entry in json.loads(out)["drills"] if entry["name"] == name]
    return dict(entry)


def holds(federation: Federation, name: str, *arguments: str) -> None:
    """The drill is held, and recovery takes no longer than its file expects, where it does."""
    drill(federation, "run", name, *arguments)
    entry = reported(federation, name)
    assert (entry["held"], entry["outcome"]) == (True, "held")
    assert entry["recovery_seconds"] is not None
    assert entry["expected_seconds"] is None or entry["recovery_seconds"] <= entry["expected_seconds"]
