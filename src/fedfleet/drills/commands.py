"""Commands that drills' files name.

What a command does to a site may go on when its runner is gone. So an action's is known to whoever restores the site before it begins, and is ended first.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fedfleet.drills.scene import Found
from fedfleet.errors import FedFleetError
from fedfleet.locks.process import Process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.drills.experiment import ProcessProvider
    from fedfleet.drills.scene import Scene

_TAIL: Final = 2000
# Begins once it is told to, and not at all where nobody is left to tell it.
_WHEN_TOLD: Final = 'read -r told && exec "$0" "$@" </dev/null'
_KEPT: Final = "command"


class CommandError(FedFleetError):
    """A command that a drill's file names did not end well."""


def run_command(scene: Scene, provider: ProcessProvider) -> dict[str, object]:
    """Run a command of this machine that does something.

    Raises:
        CommandError: it did not end in time, or not with 0.
        OverError: the drill ended meanwhile. fedfleet.drills.undo.UndoFileError: it cannot be written down. It did not begin then.
    """
    words = ["sh", "-c", _WHEN_TOLD, provider.path, *_arguments(provider)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, env=_environment(scene), stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as started:
        process = Process.of(started.pid)
        try:
            scene.remember(**{_KEPT: str(process)})
            scene.pause(0)
            stdout, stderr = started.communicate("begin\n", timeout=provider.timeout)
        except subprocess.TimeoutExpired as error:
            raise CommandError(f"{provider.path} could not be run to its end", found=str(error)) from error
        finally:
            _end(process)
    if started.returncode:
        raise CommandError(
            f"{provider.path} ended with {started.returncode}",
            found=stderr.strip()[-_TAIL:] or stdout.strip()[-_TAIL:],
            where=f"site {scene.site.name}",
        )
    return {"returncode": 0, "stdout": stdout[-_TAIL:]}


def look_by_command(scene: Scene, provider: ProcessProvider) -> Found:
    """What a command looks at holds where it ends with 0.

    Raises:
        CommandError: it could not be started, or did not end in time.
    """
    try:
        done = subprocess.run(
            [provider.path, *_arguments(provider)],
            env=_environment(scene),
            capture_output=True,
            text=True,
            timeout=provider.timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError(f"{provider.path} could not be run to its end", found=str(error)) from error
    said = (done.stdout.strip() or done.stderr.strip())[-_TAIL:]
    return Found(done.returncode == 0, f"{provider.path} ended with {done.returncode}: {said}")


def end_command(kept: Mapping[str, object]) -> bool:
    """End the command that was at work when a drill was broken off, with all that it has started; returns whether there was one."""
    process = Process.read(str(kept.get(_KEPT, "")))
    return process is not None and _end(process)


def _end(process: Process) -> bool:
    if not process.is_here or process.is_gone:
        return False
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return True


def _arguments(provider: ProcessProvider) -> list[str]:
    return shlex.split(provider.arguments) if isinstance(provider.arguments, str) else provider.arguments


def _environment(scene: Scene) -> dict[str, str]:
    """Ours and the drill's. Beside our interpreter is `fedfleet` itself, though nobody may have put that on the path."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)))
    return os.environ | {"PATH": path} | scene.environment
