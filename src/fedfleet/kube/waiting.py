"""Waiting until objects are what they were applied to be, or until there is no point in waiting."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fedfleet.kube.claims import BindingModes
from fedfleet.kube.connection import THREADS
from fedfleet.kube.errors import ApiError, UnreachableError
from fedfleet.kube.predicates import require_waitable
from fedfleet.kube.targets import Target
from fedfleet.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery
    from fedfleet.kube.refs import ObjectRef

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
_SAY_AGAIN_SECONDS = 10.0
_SERVER_ERROR = 500


def _pace(timeout: float, progress: Callable[[str], None] | None) -> Pace:
    return Pace(timeout, progress, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE, say_again=_SAY_AGAIN_SECONDS)


class Waiter:
    """Waits for objects of one cluster."""

    def __init__(self, connection: Connection, discovery: Discovery, progress: Callable[[str], None] | None) -> None:
        self._connection = connection
        self._discovery = discovery
        self._progress = progress
        self._modes = BindingModes(connection, discovery)

    def until_ready(self, refs: Sequence[ObjectRef], timeout: float) -> None:
        """Return once every object is ready; ``timeout`` in seconds.

        Raises:
            WaitError: time is up, or one of them cannot become ready.
            UnknownKindError: a kind without a predicate; nothing was waited for.
            UnreachableError: the API has been silent until the very end.
        """
        for ref in refs:
            require_waitable(ref.kind)
        pending = self._targets(refs)
        total, pace = len(pending), _pace(timeout, self._progress)
        with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="wait") as pool:
            while pending:
                if not _all_seen(pool, lambda target: target.look(self._modes), pending, pace):
                    continue
                pending = self._still_hopeful(pending)
                if pending and pace.over:
                    raise _timed_out(pending, timeout)
                if pending:
                    pace.pause(_line(pending, total))

    def until_gone(self, refs: Sequence[ObjectRef], timeout: float) -> None:
        """Return once none of the objects is there any more; ``timeout`` in seconds.

        Raises:
            WaitError: time is up. UnreachableError: the API has been silent until the very end.
        """
        pending, pace = self._targets(refs), _pace(timeout, self._progress)
        with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="wait") as pool:
            while pending:
                if not _all_seen(pool, Target.see, pending, pace):
                    continue
                pending = [target for target in pending if target.obj is not None]
                if pending and pace.over:
                    raise pending[0].failure(
                        f"{pending[0].ref} is still there after {timeout:.0f} s",
                        _held_by(pending[0]),
                        next_step="Look at what holds it: the controller of a finalizer may be down",
                    )
                if pending:
                    more = f" and {len(pending) - 1} more" if len(pending) > 1 else ""
                    pace.pause(f"waiting until {pending[0].ref}{more} is gone")

    def _targets(self, refs: Sequence[ObjectRef]) -> list[Target]:
        return [Target(self._connection, self._discovery, ref) for ref in dict.fromkeys(refs)]

    @staticmethod
    def _still_hopeful(targets: Sequence[Target]) -> list[Target]:
        """Those that are not ready yet.

        Raises:
            WaitError: one of them never will be.
        """
        now = time.monotonic()
        for target in targets:
            trouble = target.hopeless(now)
            if trouble is not None:
                raise target.failure(f"{target.ref} cannot become ready", trouble.text, trouble)
        return [target for target in targets if not target.verdict.ready]


def _all_seen(pool: ThreadPoolExecutor, look: Callable[[Target], object], targets: Sequence[Target], pace: Pace) -> bool:
    """Look at every target; False after a pause where the API is not there to be asked.

    A control plane that restarts is no reason to give up on what runs under it, so only the end of time is one.
    """
    try:
        list(pool.map(look, targets))
    except (UnreachableError, ApiError) as error:
        if pace.over or (isinstance(error, ApiError) and error.status < _SERVER_ERROR):
            raise
        pace.pause(f"waiting for the Kubernetes API: {error.summary}")
        return False
    return True


def _timed_out(pending: Sequence[Target], timeout: float) -> Exception:
    # One that is in trouble tells more than one that waits for it.
    first, *others = sorted(pending, key=lambda target: not target.troubles)
    status = "; ".join([first.describe(), *(trouble.text for trouble in first.troubles)])
    also = "; ".join(f"{other.ref}: {other.describe()}" for other in others)
    return first.failure(
        f"{first.ref} is not ready after {timeout:.0f} s",
        status + (f". Not ready either: {also}" if also else ""),
        next_step="If it only needs longer, run again or raise the timeout",
    )


def _held_by(target: Target) -> str:
    metadata = (target.obj or {}).get("metadata", {})
    if not metadata.get("deletionTimestamp"):
        return "nobody has asked for its deletion"
    holders = ", ".join(metadata.get("finalizers") or []) or "nothing that the API tells of"
    return f"being deleted since {metadata['deletionTimestamp']}, held by {holders}"


def _line(pending: Sequence[Target], total: int) -> str:
    first = pending[0]
    place = f"{first.ref.namespace}/" if first.ref.namespace else ""
    ready = f", {total - len(pending)} of {total} objects ready" if total > 1 else ""
    return f"waiting for {first.ref.kind.lower()} {place}{first.ref.name}: {first.describe()}{ready}"
