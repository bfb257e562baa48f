"""What becomes of a VM's node when its VM is switched, reset or begins anew with its vCenter."""

from dataclasses import replace
from typing import Any

import pytest

from fedfleet_lab.datacentre import hypervisor
from fedfleet_lab.datacentre.hypervisor import Delays, Hypervisor
from fedfleet_lab.datacentre.machines import WORKER, Host, Place, Vm

DELAYS = Delays(restart=10, healing=60, failover=20)


class Estate:
    """A vCenter with one VM and two hosts, and the node that it stands for.

    Attributes:
        runs: whether the node does. booted: how often it was started. failed: whether the first host has.
    """

    def __init__(self) -> None:
        self.vm = Vm("worker", on=True, place=Place(1, 1, WORKER, "fl/fl-a"), handle=None, host="host-1", since="10:00")
        self.key = "first"
        self.runs = False
        self.booted = 0
        self.failed = False

    def session(self) -> str:
        return self.key

    def all(self) -> list[Vm]:
        return [self.vm]

    def hosts(self) -> list[Host]:
        first = "notResponding" if self.failed else "connected"
        return [
            Host("host-1", "esx1.lab", first, maintenance=False, handle=None),
            Host("host-2", "esx2.lab", "connected", maintenance=False, handle=None),
        ]

    def power_on(self, vm: Vm) -> None:
        assert vm.name == self.vm.name
        self.vm = replace(self.vm, on=True)

    def power_off(self, vm: Vm) -> None:
        assert vm.name == self.vm.name
        self.vm = replace(self.vm, on=False)

    def move(self, vm: Vm, host: Host) -> None:
        assert vm.name == self.vm.name
        self.vm = replace(self.vm, host=host.id)

    def context(self, cell: int, vms: list[Vm]) -> None:
        del cell, vms

    def running(self, _ctx: Any, _place: Place) -> bool:
        return self.runs

    def boot(self, _ctx: Any, _place: Place) -> None:
        self.runs = True
        self.booted += 1

    def cut_power(self, _ctx: Any, _place: Place) -> None:
        self.runs = False

    def settle(self, _ctx: Any, _place: Place) -> None:
        pass


class Now:
    """Errands that are run at once."""

    def run(self, _subject: str, errand: Any) -> None:
        errand()

    def keep(self, _subjects: set[str]) -> None:
        pass


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Estate:
    made = Estate()
    monkeypatch.setattr(hypervisor, "cells", made)
    return made


class Clock:
    """The seconds that hypervisors go by."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(hypervisor, "time", made)
    return made


@pytest.fixture
def rounds(estate: Estate, clock: Clock) -> Hypervisor:
    """A hypervisor that has seen its VM run."""
    del clock
    made = Hypervisor(estate, estate, DELAYS, _errands=Now())  # type: ignore[arg-type]
    made.round()
    made.round()
    assert estate.booted == 1
    return made


def test_a_vm_that_runs_is_left_alone(estate: Estate, rounds: Hypervisor) -> None:
    rounds.round()
    assert (estate.runs, estate.booted) == (True, 1)


def test_a_vm_that_is_reset_has_its_node_boot_anew(estate: Estate, rounds: Hypervisor) -> None:
    estate.vm = replace(estate.vm, since="10:05")
    rounds.round()
    assert not estate.runs
    rounds.round()
    rounds.round()
    assert (estate.runs, estate.booted) == (True, 2)


def test_a_vcenter_that_begins_anew_resets_nothing(estate: Estate, rounds: Hypervisor) -> None:
    estate.vm, estate.key = replace(estate.vm, since="11:00"), "second"
    rounds.round()
    rounds.round()
    assert (estate.runs, estate.booted) == (True, 1)
    estate.vm = replace(estate.vm, since="11:05")
    rounds.round()
    assert not estate.runs, "what is reset later is seen"


def test_one_that_begins_anew_during_the_look_resets_nothing(estate: Estate, rounds: Hypervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter(["first", "second"])
    monkeypatch.setattr(estate, "session", lambda: next(keys))
    estate.vm = replace(estate.vm, since="11:00")
    rounds.round()
    assert (estate.runs, estate.booted) == (True, 1)


def test_a_node_that_died_is_off_until_ha_restarts_it(estate: Estate, rounds: Hypervisor, clock: Clock) -> None:
    estate.runs = False
    rounds.round()
    assert not estate.vm.on
    clock.seconds += DELAYS.restart - 0.1
    rounds.round()
    assert not estate.vm.on
    clock.seconds += 0.1
    rounds.round()
    assert estate.vm.on
    rounds.round()
    assert (estate.runs, estate.booted) == (True, 2)


def test_what_somebody_switches_off_is_switched_on_again_after_longer(estate: Estate, rounds: Hypervisor, clock: Clock) -> None:
    estate.vm = replace(estate.vm, on=False)
    rounds.round()
    assert not estate.runs
    clock.seconds += DELAYS.healing - 0.1
    rounds.round()
    assert not estate.vm.on
    clock.seconds += 0.1
    rounds.round()
    assert estate.vm.on


def test_what_somebody_switches_on_meanwhile_boots_at_once(estate: Estate, rounds: Hypervisor) -> None:
    estate.vm = replace(estate.vm, on=False)
    rounds.round()
    estate.vm = replace(estate.vm, on=True)
    rounds.round()
    assert (estate.runs, estate.booted) == (True, 2)


def test_a_vm_whose_host_failed_is_restarted_on_another(estate: Estate, rounds: Hypervisor, clock: Clock) -> None:
    estate.failed = True
    rounds.round()
    assert (estate.vm.on, estate.runs) == (False, False)
    clock.seconds += DELAYS.failover
    rounds.round()
    assert (estate.vm.on, estate.vm.host) == (True, "host-2")


def test_where_no_host_takes_it_a_vm_stays_off(estate: Estate, rounds: Hypervisor, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = estate.hosts()
    monkeypatch.setattr(estate, "hosts", lambda: [replace(host, connection="notResponding") for host in hosts])
    rounds.round()
    clock.seconds += DELAYS.failover
    rounds.round()
    assert not estate.vm.on
