"""The virtual machines that a site's nodes are, through vCenter: found by what runs on them, switched, looked at and switched on again.

A node says which machine it is by its provider's identifier, `vsphere://` and the machine's UUID (cloud-provider-vsphere 1.34
pkg/common/connectionmanager, as Supervisors set it too); one that says nothing is called as its machine.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from fedfleet import vsphere
from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.nodes import find_node
from fedfleet.drills.scene import Found, Scene
from fedfleet.kube import KubeError
from fedfleet.vsphere import power

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fedfleet.kube import KubeObject
    from fedfleet.vsphere.power import Machine, Wish

_SCHEME: Final = "vsphere://"
_KEPT: Final = "machine"
_ON: Final = "poweredOn"
_PAUSE: Final = 1.0
# A rollback's step has three minutes (fedfleet.drills.restoring).
_API_SECONDS: Final = 120.0


def find_machine(scene: Scene, component: str = "python", path: str = "") -> dict[str, object]:
    """Find the machine under a component's first Ready pod, or the one at an inventory path (`DC0/vm/nodes/worker-1`), and change nothing.

    Later steps know it; their commands have DRILL_MACHINE and, for its ESXi host, DRILL_HOST in their environment, beside DRILL_NODE.

    Raises:
        NoFaultError: no pod of the component is Ready, or no login to vCenter is known. fedfleet.vsphere.VsphereError: vCenter has no such machine.
    """
    with _vcenter(scene) as client:
        machine, host = _found(scene, client, component, path)
    return {"machine": machine.name, "host": host}


def switch_machine(scene: Scene, state: Wish, component: str = "python", path: str = "", timeout: float = 120) -> dict[str, object]:
    """Bring the power of the machine that ``find_machine`` finds to `on`, `off` (the plug is pulled), `shutdown` or `reset`.

    A reset is what a crash comes to: the guest is gone at once and starts again. vCenter has no call that crashes a machine otherwise.

    Args:
        scene: the site.
        state: what its power is to be.
        component: the machine is the one under its first Ready pod.
        path: names it instead, by its inventory path.
        timeout: seconds.

    Raises:
        NoFaultError, VsphereError: as ``find_machine``, or vCenter refuses.
    """
    with _vcenter(scene) as client:
        machine, host = _found(scene, client, component, path)
        outcome = power.apply(client, machine, state, timeout=timeout)
    return {"machine": machine.name, "host": host, "before": outcome.before, "after": outcome.after}


def switch_machines_on(scene: Scene) -> dict[str, object]:
    """Switch on every machine of the site's nodes that is off, as whoever pulled a plug must when nobody else has.

    The one that the drill found comes first: the cluster may not answer before it is on. Machines that are no more are not missed: their cluster has
    put others in their place.

    Raises:
        NoFaultError: vCenter shows none of the site's machines. VsphereError: vCenter refuses. KubeError: the cluster does not say which they are.
    """
    switched, missing = [], []
    with _vcenter(scene) as client:
        if known := scene.kept.get(_KEPT):
            with suppress(vsphere.SettingsError):
                switched += _switched_on(client, uuid=known["uuid"])
        nodes = _nodes(scene)
        for node in nodes:
            try:
                switched += _switched_on(client, **named(node))
            except vsphere.SettingsError:
                missing.append(str(node["metadata"]["name"]))
    if len(missing) == len(nodes):
        raise NoFaultError(
            "vCenter shows none of the machines that the site's nodes are",
            expected=", ".join(missing) or "nodes",
            next_step="Check that the account may see them (System.Read), then run fedfleet drill rollback",
        )
    return {"switched_on": switched, "missing": missing}


def machine_runs(scene: Scene, within: float = 0, elsewhere: bool = False) -> Found:
    """The machine that an earlier step found is on, on another host than before where ``elsewhere`` asks for that; waited for so many seconds.

    Raises:
        NoFaultError: no step has found one. fedfleet.vsphere.VsphereError: vCenter does not answer, or the machine is no more.
    """
    known = scene.kept.get(_KEPT)
    if known is None:
        raise NoFaultError("No step has found a machine", expected="find_machine or switch_machine before it")
    began = time.monotonic()
    with _vcenter(scene) as client:
        while True:
            machine = power.find(client, uuid=known["uuid"])
            host = power.host_of(client, machine)
            seconds = time.monotonic() - began
            holds = machine.power == _ON and not (elsewhere and host == known["host"])
            if holds or seconds >= within:
                waited = f" after {seconds:.0f} s" if within else ""
                return Found(holds, f"{machine.name} is {machine.power} on {host}{waited}")
            scene.pause(_PAUSE)


def named(node: KubeObject) -> dict[str, str]:
    """How a node's machine is found in vCenter: by UUID, or by the node's name."""
    provider = str((node.get("spec") or {}).get("providerID", ""))
    if provider.startswith(_SCHEME):
        return {"uuid": provider.removeprefix(_SCHEME)}
    return {"name": str(node["metadata"]["name"])}


def _found(scene: Scene, client: vsphere.Client, component: str, path: str) -> tuple[Machine, str]:
    """The machine, and the name of its host; both are known to later steps from now on."""
    if path:
        machine = power.find(client, path=path)
    else:
        node = scene.client().get("Node", str(find_node(scene, component)["node"]), api_version="v1")
        if node is None:
            raise NoFaultError("The node is gone", where=f"under component {component}")
        machine = power.find(client, **named(node))
    host = power.host_of(client, machine)
    scene.remember(**{_KEPT: {"uuid": machine.uuid, "host": host}})
    scene.name_for_commands(DRILL_MACHINE=machine.name, DRILL_HOST=host)
    return machine, host


def _switched_on(client: vsphere.Client, **which: str) -> list[str]:
    """Switch a machine on; its name, where it was off."""
    machine = power.find(client, **which)
    return [machine.name] if power.apply(client, machine, "on", timeout=120).changed else []


def _nodes(scene: Scene) -> list[KubeObject]:
    """The site's nodes; a cluster whose control plane has just been switched on is waited for.

    Raises:
        KubeError: it does not answer.
    """
    deadline = time.monotonic() + _API_SECONDS
    while True:
        try:
            return scene.client().list("Node", api_version="v1")
        except KubeError:
            if time.monotonic() >= deadline:
                raise
        scene.pause(_PAUSE)


@contextmanager
def _vcenter(scene: Scene) -> Iterator[Any]:
    """A session with the site's vCenter.

    Raises:
        NoFaultError: no login is known.
    """
    login = scene.vcenter
    if login is None:
        raise NoFaultError(
            "No login to the site's vCenter is known",
            expected="cluster_vcenter_hostname, _username and _password in the inventory, or VCENTER_HOST, VCENTER_USER and VCENTER_PASSWORD",
            where=f"site {scene.site.name}",
        )
    with vsphere.Client.connect(login.host, login.username, login.password, ca_file=login.ca_file or None, port=login.port) as client:
        yield client
