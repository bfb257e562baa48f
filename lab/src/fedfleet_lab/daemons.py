"""Programs that go on running on the host after the command that started them has ended."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fedfleet_lab.errors import LabError
from fedfleet_lab.processes import TAG, Process, stop, tagged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fedfleet_lab.paths import LabPaths

# A log that has grown beyond this many bytes is set aside when its daemon starts again.
_LOG_LIMIT = 32 << 20
_KEPT_FROM_ENVIRONMENT = ("PATH", "HOME", "LANG")


@dataclass(frozen=True)
class Daemon:
    """A program to keep running.

    Attributes:
        name: unique in the lab; also the log's name.
        argv: the program and its arguments; never a secret.
        env: added to PATH, HOME and LANG, which is all else it gets: no proxy settings reach a daemon.
        inputs: files that it reads once, when it starts: when their content changes, the daemon is started anew.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Path, ...] = ()

    def digest(self) -> str:
        """Returns a hash of all that decides how the program runs."""
        whole = hashlib.sha256(json.dumps([self.argv, sorted(self.env.items())]).encode())
        for path in self.inputs:
            whole.update(hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()


class Daemons:
    """The daemons of one lab."""

    def __init__(self, paths: LabPaths) -> None:
        self._paths = paths

    @property
    def tag(self) -> str:
        """The beginning of the tag of every process of this lab."""
        return f"{self._paths.lab}#"

    def log(self, name: str) -> Path:
        """Returns where a daemon's output goes."""
        return self._paths.log / f"{name}.log"

    def running(self, name: str) -> Process | None:
        """Returns the daemon's process, or None where it does not run."""
        record = self._read(name)
        if record is None:
            return None
        process = Process(int(record["pid"]), int(record["started"]))
        return process if process.alive else None

    def ensure(self, daemon: Daemon) -> bool:
        """Has the daemon running as described; returns whether it had to be started.

        Raises:
            LabError: the program cannot be started.
        """
        digest = daemon.digest()
        process = self.running(daemon.name)
        record = self._read(daemon.name)
        if process is not None and record is not None and record["digest"] == digest:
            return False
        # What a killed `up` started but had no time to write down would hold the port; one that has only just started shows no tag yet.
        stop({*tagged(self._tag_of(daemon.name)), *([process] if process else [])}, grace=15.0)
        self.launch(daemon, digest)
        return True

    def launch(self, daemon: Daemon, digest: str, *, stdin: int = subprocess.DEVNULL) -> Process:
        """Starts the daemon in a session of its own, so that Ctrl-C stays with whoever typed it."""
        log = self.log(daemon.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        env = {name: os.environ[name] for name in _KEPT_FROM_ENVIRONMENT if name in os.environ}
        env |= {**daemon.env, TAG: self._tag_of(daemon.name)}
        try:
            with log.open("ab") as output:
                child = subprocess.Popen(daemon.argv, stdin=stdin, stdout=output, stderr=output, env=env, cwd="/", start_new_session=True)
        except OSError as error:
            raise LabError(f"{daemon.name} cannot be started: {error}", where=daemon.argv[0]) from error
        process = Process.of(child.pid)
        # A child that ended at once is not an error yet: whoever waits for its port shows its log.
        self._write(daemon.name, child.pid, 0 if process is None else process.started, digest)
        return process or Process(child.pid, 0)

    def stop(self, name: str, *, grace: float = 15.0) -> None:
        """Ends a daemon and all that it started; after `grace` seconds by force."""
        process = self.running(name)
        if process is not None:
            stop([process], grace)
        stop(tagged(self._tag_of(name)), grace=2.0)
        (self._paths.daemons / f"{name}.json").unlink(missing_ok=True)

    def sweep(self) -> None:
        """Ends every process that this lab ever started and that still runs, on record or not."""
        stop(tagged(self.tag), grace=5.0)

    def last_words(self, name: str, lines: int = 12) -> str:
        """Returns the end of a daemon's log."""
        try:
            with self.log(name).open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - 16384))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _tag_of(self, name: str) -> str:
        # The closing sign keeps `node1` from being a prefix of `node10`.
        return f"{self.tag}{name};"

    def _read(self, name: str) -> dict[str, str] | None:
        try:
            record = json.loads((self._paths.daemons / f"{name}.json").read_text())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def _write(self, name: str, pid: int, started: int, digest: str) -> None:
        path = self._paths.daemons / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps({"pid": pid, "started": started, "digest": digest}))
        temporary.replace(path)
