"""What becomes of a VM's node when its VM is switched, reset or begins anew with its vCenter."""

from dataclasses import replace
from typing import Any

import pytest

from fedfleet_lab.datacentre import hypervisor
from fedfleet_lab.datacentre.hypervisor import Hypervisor
from fedfleet_lab.datacentre.machines import WORKER, Host, Place, Vm


class Estate:
    """A vCenter with one VM, and the node that it stands for.

    Attributes:
        runs: whether the node does. booted: how often it was started.
    """

    def __init__(self) -> None:
        self.vm = Vm("worker", on=True, place=Place(1, 1, WORKER, "fl/fl-a"), handle=None, host="host-1", since="10:00")
        self.key = "first"
        self.runs = False
        self.booted = 0

    def session(self) -> str:
        return self.key

    def all(self) -> list[Vm]:
        return [self.vm]

    def hosts(self) -> list[Host]:
        return [Host("host-1", "esx1.lab", "connected", maintenance=False, handle=None)]

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


@pytest.fixture
def rounds(estate: Estate) -> Hypervisor:
    """A hypervisor that has seen its VM run."""
    made = Hypervisor(estate, estate, _errands=Now())  # type: ignore[arg-type]
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
