"""A workload from its name or description to its report on disk: what the command and the module call."""

from __future__ import annotations

import fcntl
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError
from fedfleet.kube import Client
from fedfleet.validation.party import Party
from fedfleet.workload.datasets import BUILT_IN
from fedfleet.workload.description import Workload, read_workload
from fedfleet.workload.running import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fedfleet.report.workload import WorkloadReport
    from fedfleet.validation.climbing import Access
    from fedfleet.workload.telling import Tell


class ChoiceError(FedFleetError):
    """The parties that are there do not make up the workload that is wanted."""


@dataclass(frozen=True)
class Choice:
    """Which workload, and who has which part in it.

    Attributes:
        name: of a built-in workload; used without a description.
        description: a file that describes one.
        guest, arbiter: party ids for a built-in workload; empty for the first party and the last.
    """

    name: str = "credit-card"
    description: Path | None = None
    guest: str = ""
    arbiter: str = ""


@dataclass(frozen=True)
class Ground:
    """Where a workload runs.

    Attributes:
        federation: its name.
        accesses: the ways into the parties that are here.
        artefacts: the folder beside the inventory that runs write to.
    """

    federation: str
    accesses: Sequence[Access]
    artefacts: Path

    def folder(self, name: str) -> Path:
        """Where a workload's rows, models and predictions lie."""
        return self.artefacts / "workloads" / name

    def report_file(self, name: str) -> Path:
        """Where its report goes, for `fedfleet report`."""
        return self.artefacts / "reports" / f"workload-{name}.json"


def chosen(choice: Choice, ground: Ground) -> Workload:
    """The workload that is meant; a built-in one is written to disk first.

    Raises:
        ChoiceError: no such workload, or too few parties for it.
        DescriptionError, WheelError, MissingExtraError: see those.
    """
    if choice.description is not None:
        return read_workload(choice.description)
    here = [access.party_id for access in ground.accesses]
    if choice.name not in BUILT_IN:
        raise ChoiceError(
            f"There is no workload {choice.name}",
            expected=" or ".join(BUILT_IN),
            next_step="A workload of your own is given with --description",
        )
    guest = choice.guest or next(iter(here), "")
    hosts = [party for party in here if party != guest]
    if guest not in here or not hosts:
        raise ChoiceError(
            f"The workload {choice.name} deals rows out to a guest and its hosts, and so needs their clusters",
            expected="an inventory with two parties or more, the guest among them",
            found=f"parties {', '.join(here) or 'none'}" + (f", guest {guest}" if guest else ""),
            next_step="With a party's own inventory, describe whose rows are where and give it with --description",
        )
    return BUILT_IN[choice.name](ground.folder(choice.name) / "rows", guest, hosts, choice.arbiter or hosts[-1])


def perform(choice: Choice, ground: Ground, tell: Tell, *, upload: bool = True, measure: bool = False) -> WorkloadReport:
    """Run a workload, write its report and return it; it tells a job that failed.

    Args:
        choice: which workload.
        ground: where.
        tell: is told how it goes.
        upload: whether rows are uploaded; else they are there.
        measure: whether CPU and memory are recorded by component.

    Raises:
        FedFleetError: the workload could not be started, or something else than a job failed.
    """
    workload = chosen(choice, ground)
    with _alone(ground.folder(workload.name)), _places(ground, workload) as places:
        keep = partial(_write, ground.report_file(workload.name))
        return Run(workload, places, ground.folder(workload.name), ground.federation, tell, keep, upload, measure).execute()


def upload_only(choice: Choice, ground: Ground, tell: Tell) -> Workload:
    """Upload the rows of the parties that are here, for a workload that another party starts.

    Raises:
        FedFleetError: they could not be uploaded.
    """
    workload = chosen(choice, ground)
    with _alone(ground.folder(workload.name)), _places(ground, workload) as places, ExitStack() as stack:
        run = Run(workload, places, ground.folder(workload.name), ground.federation, tell)
        run.hand_over({party: stack.enter_context(place.flow()) for party, place in places.items()})
    return workload


@contextmanager
def _places(ground: Ground, workload: Workload) -> Iterator[Mapping[str, Party]]:
    """The workload's parties that are here, their clusters open."""
    with ExitStack() as stack:
        yield {
            access.party_id: Party(
                access.party_id,
                stack.enter_context(Client.connect(access.kubeconfig or None, access.context or None)),
                access.namespace,
            )
            for access in ground.accesses
            if access.party_id in workload.parties
        }


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One run of a workload at a time: its tables have the same names in every run. The kernel gives the lock back however a process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ChoiceError(
                "Another run of this workload is at work", where=str(folder), next_step="Wait for it to end, or end it with Ctrl-C there"
            ) from error
        yield


def _write(target: Path, report: WorkloadReport) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all, for whoever reads it at the same time.
    draft = target.with_suffix(".draft")
    draft.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draft.replace(target)
