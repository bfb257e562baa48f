"""Taking, renewing and giving back the lock of a site."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from fedfleet.errors import FedFleetError
from fedfleet.kube import ForbiddenError, NotFoundError, StaleError
from fedfleet.locks import lease
from fedfleet.locks.lease import API_VERSION, NAME, RENEWAL, Held, Holder, LockedError
from fedfleet.progress import report

if TYPE_CHECKING:
    from fedfleet.kube import Client

_MOST_ATTEMPTS: Final = 5
_POLL_SECONDS: Final = 1.0
# So many times the seconds between two renewals are waited for one that may be late.
_PATIENCE: Final = 1.5
_LACKING: Final = (
    "Have the platform team apply again what playbooks/rbac.yml prints: a run holds a Lease, so that two never work on one site. "
    "Until then, cluster_lock: false does without"
)


class SiteLock:
    """The lock of the site in a namespace, as one run sees it."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def look(self) -> Held | None:
        """Return who holds the site; None where nobody does, or the namespace is not there.

        A holder that is known to be gone, being a process of this machine, holds nothing.
        """
        found = self._read()
        return None if found is None or found.is_orphaned else found

    def take(self, holder: Holder) -> bool:
        """Have ``holder`` hold the site; False where its namespace is not there yet, so that there is nothing to hold.

        What the same run holds already, it keeps.

        Raises:
            LockedError: another run holds it.
            ForbiddenError: the rights lack leases.
        """
        for _ in range(_MOST_ATTEMPTS):
            try:
                if self._take_once(holder):
                    return True
            except StaleError:
                # Somebody was quicker; look who.
                continue
            except NotFoundError:
                return False
            except ForbiddenError as error:
                if error.expected:
                    error.next_step = _LACKING
                raise
        raise FedFleetError(
            "The lock of the site could not be taken",
            expected="that it changes hands once in a while",
            found=f"{_MOST_ATTEMPTS} changes by others while we tried",
            where=f"Lease {self._namespace}/{NAME}",
            next_step="Find out who changes it, and run again",
        )

    def renew(self, run: str) -> bool:
        """Renew the run's hold; False where another run holds the site.

        A lease that is gone is no loss: the run itself may have removed the site.
        """
        for _ in range(_MOST_ATTEMPTS):
            found = self._read()
            if found is None:
                return True
            if found.holder.run != run:
                return False
            try:
                self._client.patch("Lease", NAME, self._namespace, lease.renewal(found.version, datetime.now(UTC)), api_version=API_VERSION)
            except StaleError:
                continue
            except NotFoundError:
                return True
            return True
        return True

    def release(self, run: str) -> None:
        """Give the site back, if the run still holds it."""
        found = self._read()
        if found is not None and found.holder.run == run:
            try:
                self._client.delete("Lease", NAME, self._namespace, api_version=API_VERSION, version=found.version)
            except StaleError:
                # Taken over at this very moment: it is not ours to give any more.
                return

    def _take_once(self, holder: Holder) -> bool:
        """Try once; False where things changed meanwhile."""
        now = datetime.now(UTC)
        try:
            self._client.create(lease.body(self._namespace, holder, now))
        except StaleError:
            there = self._client.get("Lease", NAME, self._namespace, api_version=API_VERSION)
        else:
            return True
        if there is None:
            return False
        found = lease.held(there)
        if found is not None and (found.holder.run, found.holder.process) == (holder.run, holder.process):
            return True
        if found is not None and not found.is_orphaned:
            if not found.looks_lapsed(now):
                raise LockedError(self._namespace, found)
            if not self._stays_silent(found):
                return False
        return self._replace(holder, found, there["metadata"]["resourceVersion"])

    def _replace(self, holder: Holder, found: Held | None, version: str) -> bool:
        """Write the lease anew over the version that was found, and over nothing else; False where it is gone."""
        if found is not None:
            report(f"taking over the lock of a run that was killed: {found.holder}")
        now = datetime.now(UTC)
        definition = lease.body(
            self._namespace,
            replace(holder, since=now),
            now,
            version=version,
            transitions=found.transitions + 1 if found else 0,
        )
        try:
            self._client.patch("Lease", NAME, self._namespace, definition, api_version=API_VERSION)
        except NotFoundError:
            return False
        return True

    def _stays_silent(self, found: Held) -> bool:
        """Watch for longer than a living holder would let pass: clocks of two machines need not agree. False where the lease is given back.

        Raises:
            LockedError: its holder renewed it.
        """
        deadline = time.monotonic() + RENEWAL * _PATIENCE
        while time.monotonic() < deadline:
            report(f"the lock of {found.holder} seems to have lapsed; making sure")
            time.sleep(_POLL_SECONDS)
            current = self._read()
            if current is None:
                return False
            if current.version != found.version:
                raise LockedError(self._namespace, current)
        return True

    def _read(self) -> Held | None:
        found = self._client.get("Lease", NAME, self._namespace, api_version=API_VERSION)
        return lease.held(found) if found else None
