"""How many machines more a change of a running cluster takes. Pure.

Nodes are replaced one after the other: while that lasts, each pool has one machine more than is wanted (maxSurge 1: cluster-api v1.14.2
api/core/v1beta2/machinedeployment_types.go, api/controlplane/kubeadm/v1beta2/kubeadm_control_plane_types.go).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere import versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.preflight.capacity import Pool

CONTROL_PLANE = "control plane"
"""What the pool of control plane nodes is called; any other has the name that it has in the cluster."""


@dataclass(frozen=True)
class RunningPool:
    """Machines that are there."""

    count: int
    vm_class: str


@dataclass(frozen=True)
class RunningCluster:
    """A cluster that is there; ``pools`` by what they are called."""

    version: str = ""
    pools: Mapping[str, RunningPool] = field(default_factory=dict)

    def runs(self, version: str) -> bool:
        """Whether it is of that version, which may be the beginning of one.

        Raises:
            SettingsError: it is no version.
        """
        return bool(self.version) and versions.parse(version).covers(versions.parse(self.version))


def running(shown: Mapping[str, Any]) -> RunningCluster | None:
    """A cluster as module workload_cluster_info tells it; None for none."""
    if not shown:
        return None
    told = {CONTROL_PLANE: shown["control_plane"], **shown["pools"]}
    pools = {name: RunningPool(int(pool["replicas"]), str(pool["vm_class"])) for name, pool in told.items()}
    return RunningCluster(str(shown["version"]), pools)


def to_make(wanted: Sequence[Pool], have: RunningCluster | None, version: str) -> tuple[Pool, ...]:
    """The pools, with as many machines as come on top of those that are there.

    Raises:
        SettingsError: ``version`` is no version.
    """
    if have is None:
        return tuple(wanted)
    upgraded = bool(version) and not have.runs(version)
    return tuple(_growth(pool, have.pools.get(pool.what), upgraded=upgraded) for pool in wanted)


def _growth(pool: Pool, there: RunningPool | None, *, upgraded: bool) -> Pool:
    if there is None or pool.count == 0:
        return pool
    surge = int(there.count > 0 and (upgraded or there.vm_class != pool.vm_class))
    return replace(pool, count=max(0, pool.count + surge - there.count))
