"""The first process of a node: mounts its disk, starts its services in order, and starts again what ends.

It is PID 1 of the node's namespaces: when it dies, the kernel ends everything in the node at once, as when a machine
loses power. SIGTERM is the power button: containers are asked to end before the node goes down. It imports the
standard library alone, so that a node boots quickly.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from fedfleet_lab.node.answers import answers
from fedfleet_lab.node.plan import BootPlan, Service
from fedfleet_lab.node.shutdown import end_containers

_READY_TIMEOUT = 60.0
_POLL = 0.05
_IDLE = 5.0
_BACKOFF_FIRST, _BACKOFF_MOST = 0.5, 10.0
# A service that has run this long before it ended is started again at once (seconds).
_STEADY = 60.0
_LOG_LIMIT = 32 << 20
_SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}


@dataclass
class _Running:
    """A service and its present process; `pid` is 0 while there is none."""

    service: Service
    pid: int = 0
    began: float = 0.0
    backoff: float = _BACKOFF_FIRST
    again_at: float = field(default=0.0)


def main(argv: list[str]) -> NoReturn:
    """Boots the node whose plan is the one argument; ends the process when the node has been shut down."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    plan = BootPlan.load(Path(argv[0]).read_text())
    # The host plugs the cable in and then says so; without a word it has given up.
    if not sys.stdin.buffer.read(1):
        sys.exit("the host gave the node up before it was plugged in")
    _prepare(plan)
    _Init(plan).run()


def _prepare(plan: BootPlan) -> None:
    socket.sethostname(plan.hostname)
    # The node follows mounts that appear on the host, and offers its own to its containers; nothing goes back.
    _mount("--make-rslave", "/")
    _mount("--make-rshared", "/")
    _let_go(plan.keeps)
    for mount in plan.mounts:
        target = Path(mount.target)
        if mount.source == "tmpfs":
            target.mkdir(parents=True, exist_ok=True)
            _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", mount.target)
            continue
        if mount.source.startswith("UUID="):
            target.mkdir(parents=True, exist_ok=True)
            _mount(mount.source, mount.target)
            continue
        if not target.exists():
            if Path(mount.source).is_dir():
                target.mkdir(parents=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.touch()
        _mount("--rbind", mount.source, mount.target)
        if mount.private:
            _mount("--make-private", mount.target)
    _mount("--all")
    for name, text in plan.files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def _let_go(keeps: tuple[str, ...]) -> None:
    """Lets go of the host's mounts that are neither in a kept folder nor on the way to one."""
    kept = [Path(folder) for folder in keeps]
    # The fifth field is the mount point (proc(5), `mountinfo`), blanks and the like in octal.
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = {Path(line.split()[4].encode().decode("unicode_escape")) for line in lines}
    for point in sorted(points, key=lambda point: len(point.parts), reverse=True):
        if not any(point.is_relative_to(folder) or folder.is_relative_to(point) for folder in kept):
            subprocess.run(["umount", "--lazy", str(point)], check=False)


def _mount(*args: str) -> None:
    subprocess.run(["mount", *args], check=True)


class _Init:
    """The services of a node and the signals that they and the host send."""

    def __init__(self, plan: BootPlan) -> None:
        self._plan = plan
        self._all = [_Running(service) for service in plan.services]
        self._going_down = False

    def run(self) -> NoReturn:
        """Starts all services in order and keeps them running until the node is shut down."""
        for running in self._all:
            self._start(running)
            self._await_ready(running)
        while True:
            pending = [running.again_at for running in self._all if not running.pid]
            self._tend(max(min(pending, default=_IDLE) - time.monotonic(), 0.0) if pending else _IDLE)

    def _tend(self, timeout: float) -> None:
        """Waits for a signal and deals with it; starts what is due."""
        got = signal.sigtimedwait(_SIGNALS, timeout)
        if got is not None and got.si_signo in (signal.SIGTERM, signal.SIGINT):
            self._shut_down()
        self._reap()
        now = time.monotonic()
        for running in self._all:
            if not running.pid and running.again_at and running.again_at <= now:
                self._start(running)

    def _start(self, running: _Running) -> None:
        service = running.service
        if service.ready.startswith("unix:"):
            # A socket left by a killed service would be taken for a service that is ready.
            Path(service.ready.removeprefix("unix:")).unlink(missing_ok=True)
        log = Path("/var/log") / f"{service.name}.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        env = {name: os.environ[name] for name in os.environ if name in ("PATH", "HOME", "LANG") or "FEDFLEET" in name}
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        running.pid = os.posix_spawnp(
            service.argv[0],
            service.argv,
            env | dict(service.env),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
            ],
            setsid=True,
            setsigmask=(),
        )
        os.close(output)
        running.began = time.monotonic()
        _say(f"{service.name} started")

    def _await_ready(self, running: _Running) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT
        while running.service.ready and not answers(running.service.ready, running.service.tls):
            if time.monotonic() > deadline:
                _say(f"{running.service.name} is not ready after {_READY_TIMEOUT:.0f} s; going on without")
                return
            self._tend(_POLL)

    def _reap(self) -> None:
        """Collects ended processes; orphans of containers end up here as well."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for running in self._all:
                if running.pid == pid:
                    self._ended(running, status)

    def _ended(self, running: _Running, status: int) -> None:
        running.pid = 0
        code = os.waitstatus_to_exitcode(status)
        if self._going_down:
            _say(f"{running.service.name} ended with {code}")
            return
        now = time.monotonic()
        if now - running.began > _STEADY:
            running.backoff = _BACKOFF_FIRST
        running.again_at = now + running.backoff
        _say(f"{running.service.name} ended with {code}; starting it again in {running.backoff:.1f} s")
        running.backoff = min(running.backoff * 2, _BACKOFF_MOST)

    def _shut_down(self) -> NoReturn:
        """Ends the kubelet, so that it starts no container again, then the containers, then all else."""
        _say("shutting down")
        self._going_down = True
        *others, kubelet = self._all
        self._end([kubelet], 5.0)
        end_containers(self._plan.grace_now(), _say)
        for running in reversed(others):
            self._end([running], 5.0)
        os.sync()
        os._exit(0)

    def _end(self, services: list[_Running], grace: float) -> None:
        for running in services:
            if running.pid:
                os.kill(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while any(running.pid for running in services) and time.monotonic() < deadline:
            signal.sigtimedwait({signal.SIGCHLD}, _POLL)
            self._reap()


def _say(text: str) -> None:
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
