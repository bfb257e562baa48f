"""One run at a time holds a site, and a lock outlives no run for long."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from fedfleet.exit_codes import ExitCode
from fedfleet.kube import Client
from fedfleet.locks import lease, site
from fedfleet.locks.lease import NAME, Holder, LockedError
from fedfleet.locks.site import SiteLock
from support.objects import Objects

SITE = "fate-30000"
Made = Callable[..., Holder]


@pytest.fixture
def lock(cluster: Objects) -> SiteLock:
    return SiteLock(cast("Client", cluster), SITE)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch a lapsed lease for an instant only."""
    monkeypatch.setattr(site, "_POLL_SECONDS", 0.001)
    monkeypatch.setattr(site, "RENEWAL", 0.01)


def lapse(cluster: Objects, seconds: float) -> None:
    """Let the last renewal be so long ago."""
    moment = (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    cluster.patch("Lease", NAME, SITE, {"metadata": {}, "spec": {"renewTime": moment}})


def test_a_free_site_is_taken(lock: SiteLock, holder: Made) -> None:
    assert lock.take(holder("first"))
    held = lock.look()
    assert held is not None
    assert held.holder.run == "first"


def test_the_second_run_learns_who_holds_the_site(lock: SiteLock, holder: Made) -> None:
    first = holder("first")
    lock.take(first)
    with pytest.raises(LockedError) as caught:
        lock.take(holder("second"))
    for word in ("site", "first", "jane", "controller", f"{first.since:%Y-%m-%d %H:%M:%S}", f"{SITE}/{NAME}"):
        assert word in str(caught.value)
    assert caught.value.exit_code == ExitCode.LOCKED


def test_of_two_that_come_at_once_one_gets_it(cluster: Objects, lock: SiteLock, holder: Made) -> None:
    def other_first(_: str) -> None:
        cluster.before_write = lambda _: None
        SiteLock(cast("Client", cluster), SITE).take(holder("quicker"))

    cluster.before_write = other_first
    with pytest.raises(LockedError, match="quicker"):
        lock.take(holder("slower"))


def test_the_same_run_keeps_what_it_has(lock: SiteLock, holder: Made) -> None:
    lock.take(holder("first"))
    assert lock.take(holder("first"))


def test_another_process_that_has_the_same_name_is_another_run(lock: SiteLock, holder: Made) -> None:
    lock.take(holder("first"))
    with pytest.raises(LockedError):
        lock.take(holder("first", "of another process"))


def test_without_a_namespace_there_is_nothing_to_hold(cluster: Objects, lock: SiteLock, holder: Made) -> None:
    cluster.missing_namespaces.add(SITE)
    assert not lock.take(holder("first"))


def test_the_lock_of_a_process_that_is_gone_from_here_is_taken_at_once(lock: SiteLock, holder: Made, gone: str) -> None:
    lock.take(holder("killed", gone))
    assert lock.look() is None
    assert lock.take(holder("next"))
    held = lock.look()
    assert held is not None
    assert (held.holder.run, held.transitions) == ("next", 1)


@pytest.mark.usefixtures("quick")
def test_a_lease_that_lapsed_is_taken_when_nobody_renews_it(cluster: Objects, lock: SiteLock, holder: Made) -> None:
    lock.take(holder("killed"))
    lapse(cluster, lease.LIFETIME + 1)
    assert lock.take(holder("next"))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("skew", [3600, -3600])
def test_a_holder_whose_clock_is_wrong_keeps_what_it_renews(
    cluster: Objects, lock: SiteLock, holder: Made, monkeypatch: pytest.MonkeyPatch, skew: float
) -> None:
    lock.take(holder("living"))
    lapse(cluster, skew)
    monkeypatch.setattr("time.sleep", lambda _: lapse(cluster, skew))
    with pytest.raises(LockedError, match="living"):
        lock.take(holder("next"))


def test_a_lease_that_nobody_holds_goes_to_one_of_two(cluster: Objects, lock: SiteLock, holder: Made) -> None:
    lock.take(holder("before"))
    cluster.patch("Lease", NAME, SITE, {"metadata": {}, "spec": {"holderIdentity": None}})
    writes = itertools.count()

    def other_first(_: str) -> None:
        # The first write is the attempt to make the lease, the second takes over the one that is there.
        if next(writes) == 1:
            cluster.before_write = lambda _: None
            SiteLock(cast("Client", cluster), SITE).take(holder("quicker"))

    cluster.before_write = other_first
    with pytest.raises(LockedError, match="quicker"):
        lock.take(holder("slower"))


def test_a_renewed_lease_is_younger(lock: SiteLock, holder: Made, cluster: Objects) -> None:
    lock.take(holder("first"))
    lapse(cluster, 20)
    assert lock.renew("first")
    held = lock.look()
    assert held is not None
    assert datetime.now(UTC) - held.renewed < timedelta(seconds=5)


def test_what_was_taken_over_cannot_be_renewed(lock: SiteLock, holder: Made) -> None:
    lock.take(holder("other"))
    assert not lock.renew("first")


def test_what_is_given_back_is_gone(lock: SiteLock, holder: Made, cluster: Objects) -> None:
    lock.take(holder("first"))
    lock.release("first")
    assert cluster.get("Lease", NAME, SITE) is None


def test_nobody_gives_back_what_is_anothers(lock: SiteLock, holder: Made) -> None:
    lock.take(holder("other"))
    lock.release("first")
    assert lock.look() is not None


def test_a_lock_that_is_taken_over_while_it_is_given_back_stays_the_others(cluster: Objects, lock: SiteLock, holder: Made) -> None:
    lock.take(holder("first"))

    def taken_over(_: str) -> None:
        cluster.before_write = lambda _: None
        found: dict[str, Any] = {"metadata": {}, "spec": {"holderIdentity": "other"}}
        cluster.patch("Lease", NAME, SITE, found)

    cluster.before_write = taken_over
    lock.release("first")
    held = lock.look()
    assert held is not None
    assert held.holder.run == "other"
