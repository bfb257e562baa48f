"""Looks at a site: all parts at the same time, each on its own, so that one that cannot be seen hides no other."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fedfleet.checks.cluster_look import CLUSTER_WIDE, cluster_parts
from fedfleet.checks.look import Look, Place, Unseen
from fedfleet.checks.model import Level
from fedfleet.checks.site_look import exchange_parts, party_parts
from fedfleet.errors import FedFleetError
from fedfleet.kube import ForbiddenError, KubeError
from fedfleet.kube.connection import THREADS
from fedfleet.registration.broker_records import BrokerPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fedfleet.sites import InventorySite


class Watched:
    """What is being looked at right now, for whoever shows progress; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: dict[str, float] = {}

    def begin(self, name: str) -> None:
        """Something is looked at from now on."""
        with self._lock:
            self._current[name] = time.monotonic()

    def end(self, name: str) -> None:
        """It has been."""
        with self._lock:
            self._current.pop(name, None)

    def longest(self) -> str:
        """What has been looked at for longest, with the seconds; empty when nothing is."""
        with self._lock:
            if not self._current:
                return ""
            name, since = min(self._current.items(), key=lambda entry: entry[1])
        return f"{name}, for {time.monotonic() - since:.0f} s"


def place_of(site: InventorySite) -> Place:
    """A site of an inventory as a look names it."""
    return Place(site.name, site.kind, site.namespace, site.domain, site.party_id or "")


def broker_of(site: InventorySite) -> BrokerPlace:
    """Where a party's broker is: in its namespace, or wherever the inventory says that the site's own Pulsar is."""
    inside = BrokerPlace(site.namespace, site.party_id or "", cluster_domain=site.cluster_domain)
    external = site.external.pulsar
    if external is None:
        return inside
    return replace(inside, host=external.host, port=external.admin_port, cluster=external.cluster)


def look_at(site: InventorySite, watched: Watched | None = None) -> Look:
    """Look at a site. Nothing is changed; whatever cannot be seen becomes an ``Unseen`` part."""
    watched = watched or Watched()
    place, now = place_of(site), datetime.now(UTC)
    watched.begin(f"{site.name}: the API")
    try:
        with site.connect() as client:
            watched.end(f"{site.name}: the API")
            parts = cluster_parts(client, place)
            if site.kind == "party":
                parts |= party_parts(client, place, broker_of(site), site.external, now)
            else:
                parts |= exchange_parts(client, place, site.federation, now)
            return Look(place, now, **_all(parts, site.name, watched))
    except KubeError as error:
        # Without the API nothing is seen; the check of the API says so, and the others refer to it.
        return Look(place, now, **dict.fromkeys(_PARTS, Unseen(error.short, error.next_step)))
    finally:
        watched.end(f"{site.name}: the API")


_PARTS = tuple(name for name in Look.__dataclass_fields__ if name not in ("place", "now"))


def _all(parts: Mapping[str, Callable[[], Any]], site: str, watched: Watched) -> dict[str, Any]:
    def one(name: str) -> Any:
        watched.begin(f"{site}: {name}")
        try:
            return parts[name]()
        except ForbiddenError as error:
            # A site's operator often sees nothing of the cluster, which others look after; but its own namespace must not look good unseen.
            level = Level.SKIPPED if name in CLUSTER_WIDE else Level.WARNING
            return Unseen(error.short, "Ask the platform team for the right, or have somebody look who has it", level)
        except FedFleetError as error:
            return Unseen(error.short, error.next_step)
        finally:
            watched.end(f"{site}: {name}")

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        return dict(zip(parts, pool.map(one, parts), strict=True))
