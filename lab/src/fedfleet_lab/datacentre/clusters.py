"""Plays VKS: has a Cluster of the Supervisor become VMs in vCenter, the nodes these boot into, and a kubeconfig.

What is simulated is VKS's and Cluster API's part alone: the cluster that comes of it is real Kubernetes on the lab's nodes.
"""

from __future__ import annotations

import base64
import logging
import secrets
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fedfleet_lab.artefacts import kubernetes_of
from fedfleet_lab.config import API_PORT, Volume
from fedfleet_lab.datacentre import conditions, control_planes, rollout, services
from fedfleet_lab.datacentre.admissible import objection
from fedfleet_lab.datacentre.cells import cut_power, free_cell, free_number, node_of, running
from fedfleet_lab.datacentre.conditions import Count, Standing
from fedfleet_lab.datacentre.kinds import CELL_ANNOTATION, CLUSTER, CLUSTER_FINALIZER, CLUSTER_NAME_LABEL, RELEASE_LABEL, SECRET
from fedfleet_lab.datacentre.machines import CONTROL_PLANE, WORKER, Place
from fedfleet_lab.node.action import is_ready

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from fedfleet_lab.context import Context
    from fedfleet_lab.datacentre.admissible import Offer
    from fedfleet_lab.datacentre.cells import Cells
    from fedfleet_lab.datacentre.desired import Desired, Pool
    from fedfleet_lab.datacentre.doors import Doors
    from fedfleet_lab.datacentre.machine_objects import MachineObjects
    from fedfleet_lab.datacentre.machines import Vm
    from fedfleet_lab.datacentre.vms import Vms
    from fedfleet_lab.kubeapi import KubeApi, Object

_LOG = logging.getLogger(__name__)


@dataclass
class Clusters:
    """Brings clusters as far as they can come, a step a round."""

    api: KubeApi
    vms: Vms
    cells: Cells
    doors: Doors
    take_down: Callable[[Context], None]
    machines: MachineObjects
    nodes: services.Nodes = field(default_factory=services.Nodes)
    _announced: set[tuple[str, str]] = field(default_factory=set)
    _fetched: set[str] = field(default_factory=set)
    _taking: threading.Lock = field(default_factory=threading.Lock)

    def advance(self, item: Object, desired: Desired, offer: Offer) -> None:
        """Does what one cluster needs next, and says on it how it is.

        Raises:
            LabError: a step failed; the next round tries again.
        """
        if item["metadata"].get("deletionTimestamp"):
            self._remove(item, desired)
            return
        reason, problem = objection(desired, offer, self.vms.all())
        if problem and CELL_ANNOTATION not in item["metadata"].get("annotations", {}):
            self._tell(item, Standing(problem=problem, reason=reason))
            return
        number = self._cell(item, offer.release(desired.version))
        desired = desired.resolved(offer.version(desired.version) or desired.version)
        mine = self._mine(number)
        ctx = self.cells.context(number, mine)
        services.ground(ctx)
        nodes = self.nodes.of(ctx) if control_planes.admit(ctx) else None
        control = [vm for vm in mine if vm.place.role == CONTROL_PLANE]
        healthy = control_planes.healthy(ctx, control, reached=nodes is not None)
        if not problem and desired.control_plane.kubernetes not in self._fetched:
            self._fetch(item, ctx, desired, self._standing(ctx, desired, mine, nodes, healthy))
        made = [] if problem else self._make_vms(desired, offer, number, mine, healthy)
        if made:
            mine = self._mine(number)
            ctx = self.cells.context(number, mine)
        self._tell(item, replace(self._standing(ctx, desired, mine, nodes, healthy), problem=problem, reason=reason))
        self.machines.tell(desired, mine, nodes or {}, healthy)
        if nodes is None:
            return
        services.inside(ctx, desired, nodes, {vm.name for vm in mine if vm.place.role == CONTROL_PLANE})
        self._introduce(item, ctx, desired)
        if not problem:
            self._retire(ctx, desired, mine, nodes, healthy)

    def _cell(self, item: Object, release: str) -> int:
        """Returns the cluster's cell; gives it one, and its finalizer, the first time."""
        metadata = item["metadata"]
        annotations = metadata.get("annotations", {})
        if CELL_ANNOTATION in annotations and metadata.get("labels", {}).get(RELEASE_LABEL) == release:
            return int(annotations[CELL_ANNOTATION])
        # One at a time: clusters that are new together would all see the same cell free.
        with self._taking:
            others = [other["metadata"].get("annotations", {}).get(CELL_ANNOTATION) for other in self.api.list(CLUSTER)[0]]
            number = annotations.get(CELL_ANNOTATION) or str(free_cell(int(other) for other in others if other))
            change = {
                "metadata": {
                    "resourceVersion": metadata["resourceVersion"],
                    "annotations": {CELL_ANNOTATION: number},
                    "labels": {RELEASE_LABEL: release} if release else {},
                    "finalizers": sorted({*metadata.get("finalizers", []), CLUSTER_FINALIZER}),
                }
            }
            self.api.patch(CLUSTER.path_of(item), change)
        return int(number)

    def _mine(self, number: int) -> list[Vm]:
        return [vm for vm in self.vms.all() if vm.place.cell == number]

    def _fetch(self, item: Object, ctx: Context, desired: Desired, standing: Standing) -> None:
        """Has what nodes of the release run in the cache, as a Supervisor fetches an image of its content library when it is first asked for."""
        version = desired.control_plane.kubernetes
        recipe = kubernetes_of(version)
        if ctx.artefacts.missing(recipe):
            said = f"the nodes' image of {version} is being fetched, which is once: the lab builds it from source, in about {recipe.minutes:.0f} min"
            upgrading = standing.upgrading and f"{standing.upgrading}\n  * {said}"
            self._tell(item, replace(standing, fetching=said, upgrading=upgrading))
        ctx.artefacts.path(recipe)
        self._fetched.add(version)

    def _make_vms(self, desired: Desired, offer: Offer, number: int, mine: Sequence[Vm], healthy: Collection[str]) -> list[Vm]:
        """Makes the VMs that are missing, switches them on, and returns them. One that stays off is the hypervisor's to find."""
        made: list[Vm] = []
        control = [vm for vm in mine if vm.place.role == CONTROL_PLANE]
        # Workers have nothing to join before a control plane is well, and none of the next version before all are of it.
        ready = bool(healthy) and not rollout.waits_for_control_plane(desired, control)
        for pool in (desired.control_plane, *(desired.pools if ready else ())):
            there = [vm for vm in mine if vm.place.pool == pool.name]
            missing = rollout.additions(pool, there) if pool.name else control_planes.lacking(pool, control, healthy)
            for _ in range(missing):
                place = self._place(desired, pool, number, [*mine, *made])
                made.append(self.vms.create(_vm_name(desired, pool), offer.classes[pool.vm_class], place))
                self.vms.power_on(made[-1])
        return made

    def _place(self, desired: Desired, pool: Pool, number: int, mine: Sequence[Vm]) -> Place:
        role = WORKER if pool.name else CONTROL_PLANE
        free, cluster = free_number(vm.place.number for vm in mine), "/".join(desired.key)
        volumes = tuple(Volume(free, *volume, desired.remembers_volumes) for volume in pool.volumes)
        return Place(number, free, role, cluster, pool.name, pool.built, pool.kubernetes, volumes, pool.storage_class, pool.vm_class)

    def _standing(
        self, ctx: Context, desired: Desired, mine: Sequence[Vm], nodes: Mapping[str, Object] | None, healthy: Collection[str]
    ) -> Standing:
        control = [vm for vm in mine if vm.place.role == CONTROL_PLANE]
        workers = [vm for vm in mine if vm.place.role == WORKER]
        up = [vm for vm in control if vm.name in healthy and running(ctx, vm.place) and is_ready((nodes or {}).get(vm.name), None)]
        answers = nodes is not None
        wanted = sum(pool.replicas for pool in desired.pools)
        ready = [vm for vm in workers if vm.on and is_ready((nodes or {}).get(vm.name), None)]
        built = {pool.built for pool in desired.pools}
        return Standing(
            initialized=answers or services.introduced(ctx),
            answers=answers,
            control_plane=Count(desired.control_plane.replicas, len(control), len(up), _made_so(control, {desired.control_plane.built})),
            workers=Count(wanted, len(workers), min(len(ready), wanted) if services.complete(ctx) else 0, _made_so(workers, built)),
            upgrading=rollout.progress(desired, control, workers),
        )

    def _introduce(self, item: Object, ctx: Context, desired: Desired) -> None:
        """Says where the cluster's API is, puts the kubeconfig where VKS puts it, and lets the login service know of the cluster."""
        namespace, name = desired.key
        if not item["spec"].get("controlPlaneEndpoint"):
            self.api.patch(CLUSTER.path_of(item), {"spec": {"controlPlaneEndpoint": {"host": str(ctx.config.host), "port": API_PORT}}})
        text = ctx.paths.kubeconfig.read_text()
        path = SECRET.path(namespace, f"{name}-kubeconfig")
        value = base64.b64encode(text.encode()).decode()
        known = self.api.get(path)
        if known is None:
            self.api.create(
                SECRET,
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": f"{name}-kubeconfig", "namespace": namespace, "labels": {CLUSTER_NAME_LABEL: name}},
                    "type": "cluster.x-k8s.io/secret",
                    "data": {"value": value},
                },
            )
        elif known["data"]["value"] != value:
            self.api.patch(path, {"data": {"value": value}})
        services.mark_introduced(ctx)
        if desired.key not in self._announced:
            authority = (ctx.paths.pki / "cluster" / "ca.crt").read_text()
            self.doors.announce_cluster(namespace, name, str(ctx.config.host), authority)
            self._announced.add(desired.key)

    def _retire(self, ctx: Context, desired: Desired, mine: Sequence[Vm], nodes: Mapping[str, Object], healthy: Collection[str]) -> None:
        """Takes away VMs that are too many or of an older make, once those that are to stay are ready."""
        control = [vm for vm in mine if vm.place.role == CONTROL_PLANE]
        # What a round before could not finish; a real cloud provider deletes nodes without a VM, too.
        for name in set(nodes) - {vm.name for vm in mine}:
            services.forget_node(ctx, name)
        ready = {vm.name for vm in mine if is_ready(nodes.get(vm.name), None)}
        if extra := control_planes.surplus(desired.control_plane, control, ready & set(healthy)):
            self._retire_one(ctx, extra)
        if rollout.waits_for_control_plane(desired, control):
            return
        for pool in desired.pools:
            for vm in rollout.departures(pool, [vm for vm in mine if vm.place.pool == pool.name], ready):
                self._retire_one(ctx, vm)
        for vm in mine:
            if vm.place.role == WORKER and vm.place.pool not in {pool.name for pool in desired.pools}:
                self._retire_one(ctx, vm)

    def _retire_one(self, ctx: Context, vm: Vm) -> None:
        _LOG.info("%s is no longer wanted", vm.name)
        services.drain(ctx, vm.name)
        if vm.place.role == CONTROL_PLANE:
            control_planes.leave(ctx, node_of(ctx, vm.place))
        self.vms.power_off(vm)
        # Once the VM is gone, nobody would know that its node is to go, too.
        cut_power(ctx, vm.place)
        self.vms.destroy(vm)
        services.forget_node(ctx, vm.name)

    def _remove(self, item: Object, desired: Desired) -> None:
        if CLUSTER_FINALIZER not in item["metadata"].get("finalizers", []):
            return
        namespace, name = desired.key
        number = item["metadata"].get("annotations", {}).get(CELL_ANNOTATION)
        if number is not None:
            mine = self._mine(int(number))
            ctx = self.cells.context(int(number), mine)
            for vm in mine:
                self.vms.destroy(vm)
            self.take_down(ctx)
            self.doors.forget_cluster(namespace, name)
            self._announced.discard(desired.key)
        self.machines.forget(desired)
        self.api.delete(SECRET.path(namespace, f"{name}-kubeconfig"))
        left = [finalizer for finalizer in item["metadata"]["finalizers"] if finalizer != CLUSTER_FINALIZER]
        self.api.patch(CLUSTER.path_of(item), {"metadata": {"finalizers": left}})
        _LOG.info("cluster %s/%s is gone", namespace, name)

    def _tell(self, item: Object, standing: Standing) -> None:
        status = conditions.status(item, standing)
        if status != item.get("status"):
            self.api.patch(f"{CLUSTER.path_of(item)}/status", {"status": status})


def _made_so(vms: Sequence[Vm], built: Collection[str]) -> int:
    return len([vm for vm in vms if vm.place.built in built])


def _vm_name(desired: Desired, pool: Pool) -> str:
    """Returns a name that was never used: cluster, pool and five characters, as Cluster API names Machines."""
    suffix = "".join(secrets.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(5))
    return "-".join(part for part in (desired.key[1], pool.name, suffix) if part)
