"""Looks at several sites at once, and says what is being waited for while that takes long."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from fedfleet.checks.looking import Watched, look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.checks.look import Look
    from fedfleet.sites import InventorySite

PROGRESS_SECONDS = 5.0
_MOST_AT_ONCE = 4


def look_at_all(sites: Sequence[InventorySite], progress: Callable[[str], None], looker: Callable[..., Look] = look_at) -> list[Look]:
    """One look a site, in the order of ``sites``; ``progress`` hears every five seconds what takes so long."""
    watched, started = Watched(), time.monotonic()
    pool = ThreadPoolExecutor(max_workers=_MOST_AT_ONCE)
    try:
        pending: set[Future[Look]] = set()
        looks = [pool.submit(looker, site, watched) for site in sites]
        pending.update(looks)
        told = started
        while pending:
            _, pending = wait(pending, timeout=max(0.0, told + PROGRESS_SECONDS - time.monotonic()), return_when=FIRST_COMPLETED)
            if pending and time.monotonic() - told >= PROGRESS_SECONDS:
                told = time.monotonic()
                progress(f"{told - started:.0f} s, looking at {watched.longest() or 'the sites'}")
        return [look.result() for look in looks]
    finally:
        # An interrupted check leaves at once; what is still being asked ends by itself.
        pool.shutdown(wait=False, cancel_futures=True)
