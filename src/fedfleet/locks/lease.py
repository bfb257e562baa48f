"""The Lease that says who is at work on a site (coordination.k8s.io/v1, LeaseSpec in Kubernetes' API reference). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from fedfleet.errors import FedFleetError
from fedfleet.exit_codes import ExitCode
from fedfleet.locks.process import Process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube import KubeObject

API_VERSION: Final = "coordination.k8s.io/v1"
NAME: Final = "fedfleet-run"
# Seconds until a lease that nobody renews lapses, and after which its holder renews it.
LIFETIME: Final = 30
RENEWAL: Final = 10
_ANNOTATION: Final = "fedfleet.dev/"
_LABELS: Final = {"app.kubernetes.io/part-of": "fedfleet", "app.kubernetes.io/managed-by": "fedfleet-run"}
# metav1.MicroTime
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True)
class Holder:
    """A run that is at work on a site: its id, what it does, whose it is and where."""

    run: str
    playbook: str
    user: str
    host: str
    process: str
    since: datetime

    def __str__(self) -> str:
        """In words."""
        return f"{self.playbook}, run {self.run} of {self.user} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True)
class Held:
    """A lease as the cluster has it. `version` is the resourceVersion, `renewed` what its holder's clock said."""

    holder: Holder
    renewed: datetime
    lifetime: int
    version: str
    transitions: int = 0

    @property
    def is_orphaned(self) -> bool:
        """Whether its holder is a process of this machine that is gone."""
        process = Process.read(self.holder.process)
        return process is not None and process.is_gone

    def looks_lapsed(self, now: datetime) -> bool:
        """Whether it was not renewed in its lifetime, going by both clocks; they may differ, so that it has to be watched before it is taken."""
        return abs(now - self.renewed) > timedelta(seconds=self.lifetime)


class LockedError(FedFleetError):
    """Somebody else is at work on the site.

    Attributes:
        holder: who.
        exit_code: how a command ends for this reason.
    """

    exit_code = ExitCode.LOCKED

    def __init__(self, namespace: str, held: Held) -> None:
        super().__init__(
            "Another run is at work on this site",
            found=str(held.holder),
            where=f"Lease {namespace}/{NAME}",
            next_step=f"Wait until it is over, and run again. Were it killed, its lock would lapse within {held.lifetime} s. Nothing was touched",
        )
        self.holder = held.holder


def body(namespace: str, holder: Holder, now: datetime, *, version: str = "", transitions: int = 0) -> KubeObject:
    """The Lease with which ``holder`` holds the site; with ``version`` it is written over that one only."""
    told = {"playbook": holder.playbook, "user": holder.user, "host": holder.host, "process": holder.process}
    metadata: dict[str, Any] = {
        "name": NAME,
        "namespace": namespace,
        "labels": dict(_LABELS),
        "annotations": {f"{_ANNOTATION}{name}": value for name, value in told.items()},
    }
    if version:
        metadata["resourceVersion"] = version
    return {
        "apiVersion": API_VERSION,
        "kind": "Lease",
        "metadata": metadata,
        "spec": {
            "holderIdentity": holder.run,
            "leaseDurationSeconds": LIFETIME,
            "acquireTime": holder.since.strftime(_MOMENT),
            "renewTime": now.strftime(_MOMENT),
            "leaseTransitions": transitions,
        },
    }


def renewal(version: str, now: datetime) -> dict[str, Any]:
    """The merge patch that renews the lease that has that version."""
    return {"metadata": {"resourceVersion": version}, "spec": {"renewTime": now.strftime(_MOMENT)}}


def held(found: KubeObject) -> Held | None:
    """Who holds the site by this Lease; None where nobody does."""
    spec: Mapping[str, Any] = found.get("spec") or {}
    run = spec.get("holderIdentity") or ""
    if not run:
        return None
    annotations = found["metadata"].get("annotations") or {}
    told = {name: str(annotations.get(f"{_ANNOTATION}{name}") or "unknown") for name in ("playbook", "user", "host", "process")}
    since = _moment(spec.get("acquireTime"))
    holder = Holder(run=run, since=since, **told)
    return Held(
        holder=holder,
        renewed=_moment(spec.get("renewTime")),
        lifetime=int(spec.get("leaseDurationSeconds") or LIFETIME),
        version=found["metadata"]["resourceVersion"],
        transitions=int(spec.get("leaseTransitions") or 0),
    )


def _moment(text: object) -> datetime:
    """A MicroTime; the beginning of time where there is none, so that such a lease has lapsed."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
