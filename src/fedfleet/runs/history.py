"""What is kept of runs: `artifacts/runs/<UTC stamp>-<process>/` beside the inventory, the newest few.

Each holds `run.json` (a `RunSummary`), `events.jsonl` (a `RunEvent` a line) and `output.log`, what ansible-playbook printed. The files are the
owner's alone to read.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Literal

from fedfleet.errors import FedFleetError
from fedfleet.report.format import FileModel

RUNS: Final = Path("artifacts") / "runs"
STAMP: Final = "%Y%m%dT%H%M%SZ"
KEPT: Final = 20
_SUMMARY: Final = "run.json"
_ONLY_OURS: Final = 0o600


class HistoryError(FedFleetError):
    """What a run leaves cannot be written."""


class RunSummary(FileModel):
    """One run in short. `arguments` names what was handed on, without the values of extra variables."""

    apiVersion: Literal["fedfleet.dev/v1"] = "fedfleet.dev/v1"  # noqa: N815 - the field's name in every file of ours
    kind: Literal["Run"] = "Run"
    run: str
    verb: str
    arguments: tuple[str, ...] = ()
    started_at: datetime
    seconds: float
    exit_code: int
    message: str = ""


class RunDirectory:
    """The directory of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def made(cls, inventory: Path, run: str, *, kept: int = KEPT) -> RunDirectory:
        """Make the directory of a new run, and forget the oldest beyond `kept`.

        Raises:
            HistoryError: it cannot be made.
        """
        runs = inventory / RUNS
        try:
            runs.mkdir(parents=True, exist_ok=True)
            (runs / run).mkdir(mode=0o700)
        except OSError as error:
            raise HistoryError(
                "The run cannot be kept",
                expected="a directory that can be written",
                found=error.strerror or str(error),
                where=str(runs / run),
                next_step="Make the inventory's directory writable; run again where another run began in the same second",
            ) from error
        for old in sorted(entry for entry in runs.iterdir() if entry.is_dir())[:-kept]:
            shutil.rmtree(old, ignore_errors=True)
        return cls(runs / run)

    def open_events(self) -> IO[str]:
        """Open the file of events, a line each, written through at every line."""
        return self._open("events.jsonl")

    def open_output(self) -> IO[str]:
        """Open the file for what ansible-playbook prints."""
        return self._open("output.log")

    def summarise(self, summary: RunSummary) -> None:
        """Write the run in short."""
        with self._open(_SUMMARY) as file:
            file.write(summary.model_dump_json(indent=2) + "\n")

    def _open(self, name: str) -> IO[str]:
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _ONLY_OURS)
        return os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)


def new_run(now: datetime | None = None) -> str:
    """Return the name of a run that this process starts now; names sort by time, and no other run on this machine has it."""
    return f"{(now or datetime.now(UTC)).strftime(STAMP)}-{os.getpid()}"
