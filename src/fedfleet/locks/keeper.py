"""Keeps a site's lock for as long as the run's process lives: a process of its own, which the module that took the lock starts.

It renews the lease, and gives it back the moment the run is over, however it ended. Should another run take the lease over because it could not
be renewed in time, this run is told to end as Ctrl-C does: two must not go on.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.kube import Client
    from fedfleet.locks.site import SiteLock

_RELEASE_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Watched:
    """What is kept: the run, its process, the site, and the way to its cluster."""

    run: str
    pid: int
    site: str
    namespace: str
    kubeconfig: str
    context: str


def start_keeper(watched: Watched) -> subprocess.Popen[bytes]:
    """Start a keeper that outlives the process which calls this. It stays in its folder: paths of kubeconfigs may be relative to it."""
    return subprocess.Popen(
        [sys.executable, "-m", "fedfleet.locks.keeper", json.dumps(asdict(watched))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


class Keeper:
    """Keeps one lock.

    Args:
        watched: what is kept.
        connect: opens a session with the site's cluster.
        interval: seconds between two renewals.
    """

    def __init__(self, watched: Watched, connect: Callable[[], Client], interval: float) -> None:
        self._watched = watched
        self._connect = connect
        self._interval = interval
        self._client: Client | None = None

    def run(self) -> None:
        """Renew the lock until the run's process is gone, then give it back; or end the run when the lock is lost."""
        watched = self._watched
        try:
            while not is_over(watched.pid, self._interval):
                if self._with_lock(lambda lock: lock.renew(watched.run)) is False:
                    os.kill(watched.pid, signal.SIGINT)
                    return
            from fedfleet.locks.leftovers import end_leftovers

            end_leftovers(watched.run, watched.site)
            self._release()
        finally:
            self._hang_up()

    def _release(self) -> None:
        """Give the lock back; where that cannot be done in time, it lapses by itself."""
        deadline = time.monotonic() + _RELEASE_SECONDS
        while self._with_lock(self._released) is None and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def _released(self, lock: SiteLock) -> bool:
        lock.release(self._watched.run)
        return True

    def _with_lock(self, ask: Callable[[SiteLock], bool]) -> bool | None:
        """Ask something of the lock; None where that fails, however it does: the next attempt may not, and nobody else keeps the lock."""
        from fedfleet.locks.site import SiteLock

        try:
            self._client = self._client or self._connect()
            return ask(SiteLock(self._client, self._watched.namespace))
        except Exception:
            self._hang_up()
            return None

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def is_over(pid: int, seconds: float) -> bool:
    """Wait so many seconds for a process to end; whether it has."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def main(argument: str) -> None:
    """Keep what the argument describes."""
    from fedfleet.locks.lease import RENEWAL

    watched = Watched(**json.loads(argument))

    def connect() -> Client:
        # Only now: most runs are over before anything has to be renewed.
        from fedfleet.kube import Client

        return Client.connect(watched.kubeconfig or None, watched.context or None)

    Keeper(watched, connect, RENEWAL).run()


if __name__ == "__main__":
    main(sys.argv[1])
