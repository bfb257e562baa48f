"""Control planes of a cell: how each gets its etcd member, and which comes or goes next (what Cluster API's KubeadmControlPlane does)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fedfleet_lab.cluster.control_plane import bindings
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.cluster.members import Members
from fedfleet_lab.datacentre.kinds import CLUSTER_ROLE, CLUSTER_ROLE_BINDING
from fedfleet_lab.kubeapi import ApiError, KubeApi
from fedfleet_lab.node.answers import answers
from fedfleet_lab.node.control_plane import Membership, etcd_member

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fedfleet_lab.config import NodeConfig
    from fedfleet_lab.context import Context
    from fedfleet_lab.datacentre.desired import Pool
    from fedfleet_lab.datacentre.machines import Vm

_LOG = logging.getLogger(__name__)
_ADMINISTRATORS_ROLE = "cluster-admin"


def lacking(pool: Pool, vms: Sequence[Vm], healthy: Collection[str]) -> int:
    """Returns how many control planes are to be made now: one at a time, and only while all that are there are healthy.

    One of an older make gets company first, and goes once that is well.
    """
    if not vms:
        return 1
    if any(vm.name not in healthy for vm in vms):
        return 0
    outdated = [vm for vm in vms if vm.place.built != pool.built]
    return int(len(vms) < pool.replicas or (bool(outdated) and len(vms) == pool.replicas))


def surplus(pool: Pool, vms: Sequence[Vm], healthy: Collection[str]) -> Vm | None:
    """Returns the control plane that is to go now, one of an older make before others; None while one is not healthy."""
    if len(vms) <= pool.replicas or any(vm.name not in healthy for vm in vms):
        return None
    return min(vms, key=lambda vm: (vm.place.built == pool.built, vm.place.number))


def healthy(ctx: Context, vms: Sequence[Vm], *, reached: bool) -> set[str]:
    """Returns the names of the control planes that are well: their etcd members vote and their API servers are ready."""
    if not reached:
        return set()
    if len(vms) == 1:
        return {vm.name for vm in vms if vm.on}
    return healthy_members(ctx) & _ready_api_servers(ctx)


def healthy_members(ctx: Context) -> set[str]:
    """Returns the names of the nodes whose etcd members vote, answer, and can read what all have agreed on."""
    with _members(ctx) as members:
        answering = members.healthy()
        return answering & {member.name for member in members.all() if not member.learner} if answering else set()


def prepare(ctx: Context, node: NodeConfig) -> None:
    """Makes a node's etcd member known to the others before it first boots; the first of all forms the cluster.

    Raises:
        LabError: no other member answers, or they are busy with another one.
    """
    place = ctx.paths.node(node.name)
    if (place.etcd / "member").exists():
        return
    own = etcd_member(node)
    founder = ctx.paths.control_plane / "founder"
    if not founder.exists():
        founder.parent.mkdir(parents=True, exist_ok=True)
        founder.write_text(node.name)
    if founder.read_text() == node.name:
        Membership({}).write(place)
        return
    with _members(ctx, besides=node) as members:
        known = {member.peer: member for member in members.all()}
        stale = known.get(own.peer)
        if stale is not None and stale.name:
            # Its number was another node's, whose member nobody took out.
            members.remove(stale)
        if stale is None or stale.name:
            members.add(own)
        others = {member.name: member.peer for member in members.all() if member.name}
    Membership(others).write(place)
    _LOG.info("%s joins %s", node.name, ", ".join(sorted(others)))


def settle(ctx: Context, node: NodeConfig) -> None:
    """Lets a node's member vote once it has caught up; asked for as long as the node is joining.

    Raises:
        LabError: no other member answers.
    """
    place = ctx.paths.node(node.name)
    if not place.membership.exists():
        return
    if Membership.read(place).others:
        with _members(ctx, besides=node) as members:
            mine = [member for member in members.all() if member.name == node.name]
            if not mine or (mine[0].learner and not members.promote(mine[0])):
                return
        _LOG.info("%s votes", node.name)
    elif not (place.etcd / "member").exists():
        return
    place.membership.unlink()


def leave(ctx: Context, node: NodeConfig) -> None:
    """Takes a node's member out, so that the others no longer count with it.

    Raises:
        LabError: no other member answers.
    """
    own = etcd_member(node)
    with _members(ctx, besides=node) as members:
        for member in members.all():
            if member.peer == own.peer:
                members.remove(member)


def admit(ctx: Context) -> bool:
    """Gives a new cluster's administrators their rights and writes their kubeconfig; returns whether they have both."""
    if ctx.paths.kubeconfig.exists():
        return True
    identities = Identities(ctx.config, ctx.paths)
    api = KubeApi.of(identities.bootstrap())
    try:
        if api.get(CLUSTER_ROLE.path(name=_ADMINISTRATORS_ROLE)) is None:
            return False
        for binding in bindings():
            api.create(CLUSTER_ROLE_BINDING, binding)
    except ApiError:
        return False
    identities.administrator()
    return True


def _ready_api_servers(ctx: Context) -> set[str]:
    identities = Identities(ctx.config, ctx.paths)
    pair = identities.readiness()
    tls = (str(identities.cluster.pair.certificate), str(pair.certificate), str(pair.key))
    return {node.name for node in ctx.config.control_nodes if answers(f"{node.api_server}/readyz", tls)}


def _members(ctx: Context, besides: NodeConfig | None = None) -> Members:
    return Members(Identities(ctx.config, ctx.paths), [node for node in ctx.config.control_nodes if node != besides])
