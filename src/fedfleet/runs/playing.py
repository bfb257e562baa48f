"""Runs a playbook through ansible-runner and hands on what happens."""

from __future__ import annotations

import configparser
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ansible_runner import Runner, RunnerConfig

from fedfleet import progress
from fedfleet.runs.interruption import Interruption
from fedfleet.sites import configuration

_STAGES: Final = "fedfleet.federation.stages"
_ENABLED: Final = "ANSIBLE_CALLBACKS_ENABLED"
_TAIL_LINES: Final = 12
# Seconds after which ansible-runner looks at its process even though it prints nothing; and what is printed is kept by whoever listens.
_SETTINGS: Final = {"pexpect_timeout": 0.5, "suppress_output_file": True}


@dataclass(frozen=True)
class Request:
    """What is to be run. `arguments` are those of ansible-playbook, without playbook and inventory."""

    run: str
    playbook: str
    inventory: Path
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ended:
    """How ansible-playbook ended: its return code (None where it was killed), its last lines, and whether that was wanted."""

    code: int | None
    tail: tuple[str, ...]
    interrupted: bool


class Workplace:
    """Where ansible-runner does its work: a directory nobody else can read, gone when the run is over.

    It writes the whole environment and every result there, which may hold secrets; nothing of it is kept.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.progress = directory / "progress"
        self.process = directory / "process"

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Workplace]:
        """Make it, and remove it in the end."""
        directory = Path(tempfile.mkdtemp(prefix="fedfleet-run-"))
        try:
            yield cls(directory)
        finally:
            shutil.rmtree(directory, ignore_errors=True)


def play(request: Request, workplace: Workplace, on_event: Callable[[Mapping[str, Any]], None]) -> Ended:
    """Run a playbook to its end, or until somebody interrupts it.

    Args:
        request: what to run.
        workplace: where to.
        on_event: is called with each of ansible-runner's events, in the calling thread.
    """
    tail: deque[str] = deque(maxlen=_TAIL_LINES)

    def handle(event: Mapping[str, Any]) -> bool:
        if event.get("event") in ("verbose", "error"):
            tail.extend(line for line in str(event.get("stdout") or "").splitlines() if line.strip())
        on_event(event)
        return False

    def forget_environment(status: Mapping[str, Any], runner_config: RunnerConfig) -> None:
        if status["status"] == "running":
            Path(runner_config.artifact_dir, "command").unlink(missing_ok=True)

    config = _config(request, workplace)
    with Interruption(workplace.process) as interruption:
        runner = Runner(config=config, cancel_callback=interruption.must_end, event_handler=handle, status_handler=forget_environment)
        runner.run()
    return Ended(runner.rc, tuple(tail), interruption.happened)


def _config(request: Request, workplace: Workplace) -> RunnerConfig:
    settings = workplace.directory / "env" / "settings"
    settings.parent.mkdir()
    settings.write_text(json.dumps(_SETTINGS), encoding="utf-8")
    child = ("-m", "fedfleet.runs.child", str(workplace.process))
    config = RunnerConfig(
        private_data_dir=str(workplace.directory),
        # Where the command was called, so that relative paths in arguments mean what they say.
        project_dir=str(Path.cwd()),
        binary=sys.executable,
        cmdline=shlex.join([*child, "ansible-playbook", request.playbook, *request.arguments]),
        inventory=str(request.inventory.absolute()),
        envvars=_environment(request, workplace),
        quiet=True,
    )
    config.prepare()
    return config


def _environment(request: Request, workplace: Workplace) -> dict[str, str]:
    """What the run finds in its environment beyond ours."""
    found = configuration.ansible_config(request.inventory)
    enabled = os.environ.get(_ENABLED) or (_configured_callbacks(found) if found else "")
    names = [name.strip() for name in enabled.split(",") if name.strip()]
    return {
        # The ansible-playbook that belongs to this interpreter, activated or not.
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_NOCOLOR": "1",
        progress.RUN: request.run,
        progress.ENVIRONMENT: str(workplace.progress),
        _ENABLED: ",".join(names if _STAGES in names else [*names, _STAGES]),
        **({configuration.ENVIRONMENT: str(found)} if found else {}),
    }


def _configured_callbacks(path: Path) -> str:
    parser = configparser.ConfigParser(interpolation=None, strict=False, inline_comment_prefixes=(";",))
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, configparser.Error, UnicodeDecodeError):
        # Ansible itself will say what is wrong with it.
        return ""
    return parser.get("defaults", "callbacks_enabled", fallback="").replace("\n", ",")
