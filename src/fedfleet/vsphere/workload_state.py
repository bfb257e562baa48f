"""How far a workload cluster is, from its objects at the Supervisor; no I/O.

``status.phase`` Provisioned is not ready: the API answers before any node has joined, and conditions other than Available go True and back while it
is being made (vks-airgap-cicd scripts/26-*.sh). In v1beta2 ``Available`` sums everything up and says of which generation (cluster-api
api/core/v1beta2/cluster_types.go); v1beta1 has ``Ready`` (GUID-89A3681B, vSphere 8.0), and so has TanzuKubernetesCluster (tanzu-framework apis/run/v1alpha2).
Neither of these says of which definition its conditions are: of a VM class that was just changed they say nothing, and only the VMs do.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from fedfleet.kube import condition
from fedfleet.vsphere import versions
from fedfleet.vsphere.waiting import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fedfleet.kube import KubeObject

# The label of what belongs to a cluster.
CLUSTER_LABEL = "cluster.x-k8s.io/cluster-name"

_SHOWN = 6
_ROLLOUT = ("RollingOut ", "ScalingDown ", "ScalingUp ", "TopologyReconciled ")


def judge(cluster: KubeObject, machines: Iterable[KubeObject] = ()) -> State:
    """Whether the cluster is available as it was last defined; with the reasons of it and of its machines where it is not."""
    if cluster["metadata"].get("deletionTimestamp"):
        return State(done=False, text="being deleted", hopeless=True, next_step="Wait until it is gone, then run again")
    summary = "Available" if str(cluster["apiVersion"]).endswith("/v1beta2") else "Ready"
    found = condition(cluster, summary)
    if found.get("status") == "True" and _observed(cluster, found):
        still = rollout(cluster)
        return State(done=not still, text=_joined(f"{summary} is True", still, machine_reasons(machines) if still else []))
    if found.get("status") == "True":
        return State(done=False, text=f"{summary} is True, of an older definition")
    phase = str(_status(cluster).get("phase") or "")
    said = f"{summary} is {found.get('status') or 'not reported'}"
    return State(done=False, text=_joined(f"{phase}, {said}".removeprefix(", "), reasons(cluster), machine_reasons(machines)))


def reasons(obj: KubeObject) -> list[str]:
    """What its conditions say is not so, the summary last, a line each."""
    # Of these, True is what is bad or under way.
    negative = {"Deleting", "Paused", "Remediating", "RollingOut", "ScalingDown", "ScalingUp"}
    found = []
    for one in _status(obj).get("conditions") or []:
        kind, status = one.get("type"), one.get("status")
        if (status == "True") is (kind in negative):
            text = one.get("message") or one.get("reason") or "no reason given"
            found.append(f"{kind} {status}: {' '.join(str(text).split())}")
    return sorted(found, key=lambda line: line.startswith(("Available ", "Ready ")))


def rollout(cluster: KubeObject) -> list[str]:
    """What of the last definition is still being carried out, a line each: an upgrade or other nodes leave the summary True.

    cluster-api v1.14.2 core/reconcilers/cluster/cluster_controller_status.go (clusterConditionCustomMergeStrategy).
    """
    reconciled = condition(cluster, "TopologyReconciled")
    if reconciled.get("status") == "True" and not _observed(cluster, reconciled):
        return ["TopologyReconciled is True, of an older definition"]
    return [line for line in reasons(cluster) if line.startswith(_ROLLOUT)]


def machine_reasons(machines: Iterable[KubeObject]) -> list[str]:
    """What holds machines up, a line each."""
    found = []
    for machine in machines:
        phase = str(_status(machine).get("phase") or "Pending")
        if phase != "Running":
            why = reasons(machine)
            found.append(f"machine {machine['metadata']['name']} is {phase}" + (f": {why[0]}" if why else ""))
    return found


def stale_address(cluster: KubeObject, service: KubeObject | None) -> str:
    """Why the API is looked for in the wrong place, or nothing.

    A cluster that takes the name of one that was deleted may get that one's address, and then never becomes Available: ``spec.controlPlaneEndpoint.host`` is
    another than ``status.loadBalancer.ingress[0].ip`` of its VirtualMachineService (golang-web).
    """
    host = ((cluster.get("spec") or {}).get("controlPlaneEndpoint") or {}).get("host")
    balancer = ((service or {}).get("status") or {}).get("loadBalancer") or {}
    addresses = [point.get("ip") for point in balancer.get("ingress") or [] if point.get("ip")]
    if not host or not addresses or host in addresses:
        return ""
    return f"its API is looked for at {host}, but the load balancer gave {', '.join(addresses)}"


def nodes_ready(nodes: Iterable[KubeObject], wanted: int, version: str = "") -> State:
    """Whether as many nodes as wanted are there, Ready, take pods and run the version; its part after ``+`` is VMware's and does not count."""
    known = list(nodes)
    ready = [
        node for node in known if condition(node, "Ready").get("status") == "True" and not (node.get("spec") or {}).get("unschedulable")
    ]
    unready = sorted(node["metadata"]["name"] for node in known if node not in ready)
    other = [f"{node['metadata']['name']} ({_kubelet(node) or 'no version yet'})" for node in known if not _runs(node, version)]
    lines = [f"not ready: {', '.join(unready[:_SHOWN])}"] if unready else []
    lines += [f"yet to be replaced by {version.partition('+')[0]}: {', '.join(sorted(other)[:_SHOWN])}"] if other else []
    lines += [f"{len(known) - wanted} more than wanted"] if len(known) > wanted else []
    return State(
        done=len(ready) == wanted and not lines,
        text="; ".join([f"{len(ready)} of {wanted} nodes ready", *lines]),
        next_step="Look at the nodes' conditions and at the machines' events",
    )


def classes_of(nodes: Iterable[KubeObject], vms: Iterable[KubeObject], wanted: Mapping[str, int]) -> State:
    """Whether as many nodes as wanted are of each VM class, by their VMs (vm-operator 506dc5d api/v1alpha2 VirtualMachineSpec.className).

    Where not every node has a VM of its name that can be seen, nothing is held against it.
    """
    names = {vm["metadata"]["name"]: str((vm.get("spec") or {}).get("className") or "") for vm in vms}
    nodes = list(nodes)
    found = Counter(names[node["metadata"]["name"]] for node in nodes if names.get(node["metadata"]["name"]))
    if found.total() < len(nodes):
        return State(done=True, text="VM classes of the nodes cannot be seen")
    other = [f"{found[name]} of {count} nodes are of VM class {name}" for name, count in sorted(wanted.items()) if found[name] < count]
    return State(done=not other, text="; ".join(other) or "all nodes are of their VM classes", next_step="Look at the machines' events")


def _kubelet(node: KubeObject) -> str:
    return str((_status(node).get("nodeInfo") or {}).get("kubeletVersion") or "")


def _runs(node: KubeObject, version: str) -> bool:
    running = _kubelet(node)
    return not version or (bool(running) and versions.parse(version.partition("+")[0]).covers(versions.parse(running)))


def _observed(cluster: KubeObject, found: dict[str, Any]) -> bool:
    """Whether the condition is about the definition that is stored; v1beta1 conditions do not say, the status as a whole does."""
    seen = found.get("observedGeneration", _status(cluster).get("observedGeneration"))
    return seen is None or int(seen) >= int(cluster["metadata"].get("generation") or 0)


def _joined(first: str, *more: list[str]) -> str:
    lines = [line for some in more for line in some]
    hidden = f"; and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "; ".join([first, *lines[:_SHOWN]]) + hidden


def _status(obj: KubeObject) -> dict[str, Any]:
    return dict(obj.get("status") or {})
