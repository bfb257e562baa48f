"""Work on many things at once, and on each of them one errand at a time."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from concurrent.futures import Future

_LOG = logging.getLogger(__name__)


class Errands:
    """Errands by what they are for. One that fails is told in the log: it must not keep the others from being run."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(thread_name_prefix=name)
        self._under_way: dict[str, Future[None]] = {}

    def run(self, subject: str, errand: Callable[[], None]) -> None:
        """Starts an errand, unless one is under way for the same subject."""
        before = self._under_way.get(subject)
        if before is None or before.done():
            self._under_way[subject] = self._pool.submit(_attempt, subject, errand)

    def keep(self, subjects: Collection[str]) -> None:
        """Forgets all subjects but these."""
        for gone in set(self._under_way) - set(subjects):
            self._under_way.pop(gone)


def _attempt(subject: str, errand: Callable[[], None]) -> None:
    try:
        errand()
    except FedFleetError as error:
        _LOG.warning("%s: %s", subject, error)
    except Exception:
        _LOG.exception("%s", subject)
