"""Conditions and status of a Cluster as Cluster API's controllers write them (cluster-api v1.14.2 `api/core/v1beta2/cluster_types.go`)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet_lab.kubeapi import Object


_UPGRADING = "ClusterUpgrading"
_NEGATIVE = ("RollingOut", "ScalingUp", "ScalingDown")


@dataclass(frozen=True)
class Count:
    """How many nodes of a kind are wanted, there, ready, and made as they are wanted now."""

    wanted: int
    there: int
    ready: int
    current: int

    def status(self) -> dict[str, int]:
        """Returns it as `status.controlPlane` and `status.workers` have it."""
        return {
            "desiredReplicas": self.wanted,
            "replicas": self.there,
            "readyReplicas": self.ready,
            "availableReplicas": self.ready,
            "upToDateReplicas": self.current,
        }


@dataclass(frozen=True)
class Standing:
    """How a cluster is.

    Attributes:
        problem: why it cannot be made, or cannot go on; empty where it can.
        reason: that in one word.
        initialized: whether its API server has answered once; that never goes back.
        answers: whether it answers now.
        control_plane, workers: its nodes.
        upgrading: what of an upgrade is still to come; empty where nothing is.
        fetching: what is fetched before its machines can be made; empty where nothing is.
    """

    problem: str = ""
    reason: str = ""
    initialized: bool = False
    answers: bool = False
    control_plane: Count = Count(0, 0, 0, 0)
    workers: Count = Count(0, 0, 0, 0)
    upgrading: str = ""
    fetching: str = ""

    @property
    def phase(self) -> str:
        """The phase, by which nobody should tell whether the cluster can be used."""
        return "Provisioned" if self.initialized else ("Pending" if self.problem else "Provisioning")


def status(item: Object, standing: Standing) -> dict[str, Any]:
    """Returns a Cluster's status; conditions that stay as they are keep the time of their last change."""
    return {
        "phase": standing.phase,
        "observedGeneration": item["metadata"]["generation"],
        "initialization": {"infrastructureProvisioned": standing.initialized, "controlPlaneInitialized": standing.initialized},
        "controlPlane": standing.control_plane.status(),
        "workers": standing.workers.status(),
        "conditions": timed(_conditions(item["metadata"]["generation"], standing), (item.get("status") or {}).get("conditions") or ()),
    }


def _conditions(generation: int, standing: Standing) -> list[dict[str, Any]]:
    control, workers = standing.control_plane, standing.workers
    found = {
        "TopologyReconciled": _topology(standing),
        "InfrastructureReady": (control.there > 0, "Ready", "NotReady", standing.fetching or "its first VM is not there yet"),
        "ControlPlaneInitialized": (standing.initialized, "Initialized", "NotInitialized", "its API server has not answered yet"),
        "ControlPlaneAvailable": (control.ready > 0, "Available", "NotAvailable", _short("control plane", control)),
        "RemoteConnectionProbe": (standing.answers, "ProbeSucceeded", "ProbeFailed", "its API server does not answer"),
        "WorkersAvailable": (workers.ready >= workers.wanted, "Available", "NotAvailable", _short("workers", workers)),
    }
    # An upgrade under way is no reason not to be available (`core/reconcilers/cluster/cluster_controller_status.go`).
    lacking = [f"* {name}: {message}" for name, (holds, _, reason, message) in found.items() if not holds and reason != _UPGRADING]
    found["Available"] = (not lacking, "Available", "NotAvailable", "\n".join(lacking))
    found |= _changes(control, workers)
    return [
        {
            "type": name,
            "status": "True" if holds else "False",
            "reason": good if holds else bad,
            "message": message if holds is (name in _NEGATIVE) else "",
            "observedGeneration": generation,
        }
        for name, (holds, good, bad, message) in found.items()
    ]


def _topology(standing: Standing) -> tuple[bool, str, str, str]:
    reason = standing.reason or (_UPGRADING if standing.upgrading and not standing.problem else "ReconcileFailed")
    return not (standing.problem or standing.upgrading), "ReconcileSucceeded", reason, standing.problem or standing.upgrading


def _changes(control: Count, workers: Count) -> dict[str, tuple[bool, str, str, str]]:
    """Returns the conditions of which True says that something is under way."""
    stale = sum(count.there - count.current for count in (control, workers))
    few = [f"Scaling up from {count.there} to {count.wanted} replicas" for count in (control, workers) if count.there < count.wanted]
    many = [f"Scaling down from {count.there} to {count.wanted} replicas" for count in (control, workers) if count.there > count.wanted]
    return {
        "RollingOut": (stale > 0, "RollingOut", "NotRollingOut", f"Rolling out {stale} not up-to-date replicas"),
        "ScalingUp": (bool(few), "ScalingUp", "NotScalingUp", "; ".join(few)),
        "ScalingDown": (bool(many), "ScalingDown", "NotScalingDown", "; ".join(many)),
    }


def _short(what: str, count: Count) -> str:
    return f"{count.ready} of {count.wanted} {what} ready"


def timed(conditions: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Returns conditions with the time of their last change; those that stay as they were keep theirs."""
    known = {condition["type"]: condition for condition in before}
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = []
    for condition in conditions:
        earlier = known.get(condition["type"])
        same = earlier is not None and earlier["status"] == condition["status"]
        found.append({**condition, "lastTransitionTime": earlier["lastTransitionTime"] if earlier is not None and same else now})
    return found
