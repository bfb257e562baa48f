"""Workload clusters at a Supervisor: made, changed, waited for, removed; through its Kubernetes API.

Definitions are applied server-side, so that a dry run goes through the webhooks that resolve versions and check variables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fedfleet import kube
from fedfleet.kube import Client, ObjectRef
from fedfleet.vsphere import cluster_classes, errors, kubeconfigs, releases, tkc_manifests, vks_manifests, workload_changes, workload_state
from fedfleet.vsphere.waiting import State, until
from fedfleet.vsphere.workload_specs import OWNER_ANNOTATION, Wanted, check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fedfleet.kube import KubeObject
    from fedfleet.vsphere.workload_specs import Provider

MANAGER = "fedfleet"

_KINDS: dict[Provider, tuple[str, tuple[str, ...]]] = {
    "vks": ("Cluster", (vks_manifests.NEW, vks_manifests.OLD)),
    "tkc": ("TanzuKubernetesCluster", tkc_manifests.VERSIONS),
}


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be, to a cluster; None where it was or is not there.

    Attributes:
        diff: what changed in its definition, as a unified diff.
    """

    changed: bool
    before: KubeObject | None = None
    after: KubeObject | None = None
    diff: str = ""


def api_of(supervisor: Client, provider: Provider) -> tuple[str, str]:
    """Kind and newest API version that the Supervisor serves for clusters of that provider.

    Raises:
        UnsupportedError: it serves none.
    """
    kind, known = _KINDS[provider]
    version = next((one for one in known if supervisor.serves(kind, one)), "")
    if not version:
        raise errors.UnsupportedError(
            f"The Supervisor makes no clusters of provider {provider}",
            status=404,
            expected=f"{kind} in {' or '.join(known)}",
            found="none of these",
            where=supervisor.server,
            next_step="Install VKS (the Supervisor Service), or choose the other provider",
        )
    return kind, version


def find(supervisor: Client, provider: Provider, namespace: str, name: str) -> KubeObject | None:
    """The cluster, or None where there is none."""
    kind, version = api_of(supervisor, provider)
    return supervisor.get(kind, name, namespace, version)


def resolve(supervisor: Client, provider: Provider, wanted: Wanted, running: KubeObject | None = None) -> Wanted:
    """``wanted`` with everything that the Supervisor knows better: release, full version, ClusterClass.

    An empty version is the newest usable release, or of a cluster that runs, the one it has.

    Raises:
        SettingsError: there is no usable release or class.
    """
    have = None if running is None else workload_changes.read(running)
    if have is not None and (not wanted.version or workload_changes.version_to_write(have, wanted.version) == have.version):
        chosen = replace(wanted, version=have.version, release=have.release)
    else:
        release = releases.choose(releases.list_all(supervisor, wanted.os_name), wanted.version)
        chosen = replace(wanted, version=release.kubernetes, release=release.name)
    if provider == "tkc":
        return chosen
    if chosen.cluster_class:
        place = chosen.class_namespace or cluster_classes.namespace_of(chosen.cluster_class)
        return replace(chosen, class_namespace=place if place != chosen.namespace else "")
    if have is not None:
        # The class stays what it is: a newer one replaces every node.
        return replace(chosen, cluster_class=have.cluster_class, class_namespace=_class_namespace(running))
    newest = cluster_classes.choose(cluster_classes.list_all(supervisor, chosen.namespace), chosen.version)
    return replace(chosen, cluster_class=newest.name, class_namespace=newest.namespace if newest.namespace != chosen.namespace else "")


def ensure(
    supervisor: Client, provider: Provider, wanted: Wanted, *, replace_volumes: bool = False, dry_run: bool = False
) -> tuple[Wanted, Outcome]:
    """Define the cluster as it is wanted; returns at once, ``wait_available`` waits. What was resolved, and what was done.

    One that is there keeps its owner, or has none: that it is used here does not make it one that may be removed from here.

    Raises:
        SettingsError: it cannot be made. RefusedChangeError: what runs cannot become it, or is another owner's.
        kube.InvalidError: a webhook of the Supervisor refuses it.
    """
    kind, version = api_of(supervisor, provider)
    before = supervisor.get(kind, wanted.name, wanted.namespace, version)
    full = resolve(supervisor, provider, wanted, before)
    check(full)
    if before is not None:
        full = replace(full, owner=_kept_owner(before, wanted))
        workload_changes.require_possible(workload_changes.read(before), full, replace_volumes=replace_volumes)
    objects = (vks_manifests.build if provider == "vks" else tkc_manifests.build)(full, version)
    if dry_run and before is None and not _has_namespace(supervisor, wanted.namespace):
        # A task before this one would make it.
        return full, Outcome(changed=True, after=objects[-1])
    result = supervisor.apply(objects, manager=MANAGER, dry_run=dry_run)
    mine = next(change for change in result.objects if change.kind == kind)
    diff = "\n".join(filter(None, (change.diff for change in result.objects)))
    return full, Outcome(result.changed, before, mine.after, diff)


def wait_available(
    supervisor: Client,
    provider: Provider,
    wanted: Wanted,
    timeout: float,
    progress: Callable[[str], None] | None = None,
) -> str:
    """Return the cluster's kubeconfig once it is available as defined, and all its nodes are Ready and of its version and VM classes.

    ``timeout`` in seconds.

    Raises:
        WaitError: time is up; with conditions and what holds its machines up.
    """
    kind, version = api_of(supervisor, provider)
    text = ""

    def look() -> State:
        nonlocal text
        try:
            cluster = supervisor.get(kind, wanted.name, wanted.namespace, version)
            if cluster is None:
                return State(done=False, text="the Supervisor has no such cluster", hopeless=True, next_step="See who removed it")
            state = workload_state.judge(cluster, machines(supervisor, wanted.namespace, wanted.name))
            if not state.done:
                return _with_address(supervisor, cluster, state)
            text = kubeconfigs.of_cluster(supervisor, wanted.namespace, wanted.name) or ""
            if not text:
                return State(done=False, text="it has no kubeconfig yet")
            with Client.with_kubeconfig(text, f"Secret {wanted.namespace}/{wanted.name}-kubeconfig") as guest:
                nodes = guest.list("Node")
            ready = workload_state.nodes_ready(nodes, wanted.nodes, wanted.version)
            return workload_state.classes_of(nodes, _vms(supervisor, wanted.namespace), wanted.vm_classes) if ready.done else ready
        except kube.UnreachableError as error:
            # The Supervisor's API or the cluster's restarts while it is being made.
            return State(done=False, text=error.short, next_step=error.next_step)

    until(look, f"cluster {wanted.name} is available", timeout, progress, where=f"{wanted.namespace}/{wanted.name}")
    return text


def remove(
    supervisor: Client,
    provider: Provider,
    namespace: str,
    name: str,
    *,
    timeout: float,
    owner: str = "",
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Delete the cluster with its nodes and volumes, and return once it is gone; ``timeout`` in seconds.

    Where ``owner`` is given, only a cluster that was made for it; any other is what the outcome has after as before.

    Raises:
        kube.WaitError: time is up.
    """
    kind, version = api_of(supervisor, provider)
    before = supervisor.get(kind, name, namespace, version)
    if before is None or (owner and owner_of(before) != owner):
        return Outcome(changed=False, before=before, after=before)
    if not dry_run:
        supervisor.delete(kind, name, namespace, api_version=version)
        supervisor.wait_gone([ObjectRef(kind, namespace, name, version)], timeout, progress)
    return Outcome(changed=True, before=before)


def owner_of(cluster: KubeObject) -> str:
    """For whom the cluster was made; empty where nothing says."""
    return str((cluster["metadata"].get("annotations") or {}).get(OWNER_ANNOTATION) or "")


def machines(supervisor: Client, namespace: str, name: str) -> list[KubeObject]:
    """The machines of a cluster; none where the user may not see them."""
    return _seen(supervisor, "Machine", namespace, {workload_state.CLUSTER_LABEL: name})


def shown(cluster: KubeObject | None) -> dict[str, Any]:
    """Settings and state of a cluster as plain values; empty for none."""
    if cluster is None:
        return {}
    state = workload_state.judge(cluster)
    endpoint = (cluster.get("spec") or {}).get("controlPlaneEndpoint") or {}
    points = (cluster.get("status") or {}).get("apiEndpoints") or []
    host = endpoint.get("host") or (points[0].get("host") if points else "")
    return workload_changes.read(cluster).settings() | {
        "name": cluster["metadata"]["name"],
        "release": workload_changes.read(cluster).release,
        "available": state.done,
        "state": state.text,
        "address": str(host or ""),
        "owner": owner_of(cluster),
    }


def _kept_owner(cluster: KubeObject, wanted: Wanted) -> str:
    """The owner of a cluster that is there.

    Raises:
        RefusedChangeError: it is not who it is wanted for.
    """
    owner = owner_of(cluster)
    if owner and wanted.owner and owner != wanted.owner:
        raise errors.RefusedChangeError(
            f"Cluster {wanted.name} was made for somebody else",
            expected=f"one that was made for {wanted.owner}, or a name that no cluster has yet",
            found=f"annotation {OWNER_ANNOTATION} {owner}",
            where=f"{wanted.namespace}/{wanted.name}",
            next_step="Choose another name for the cluster",
        )
    return owner


def _vms(supervisor: Client, namespace: str) -> list[KubeObject]:
    """VM Operator's VMs; what labels those of a cluster have differs between its versions."""
    return _seen(supervisor, "VirtualMachine", namespace)


def _seen(supervisor: Client, kind: str, namespace: str, labels: Mapping[str, str] | None = None) -> list[KubeObject]:
    if not supervisor.serves(kind):
        return []
    try:
        return supervisor.list(kind, namespace, labels)
    except kube.ForbiddenError:
        return []


def _has_namespace(supervisor: Client, name: str) -> bool:
    """Whether there is such a namespace; to one who may see only their own, one that is not there is forbidden."""
    try:
        return supervisor.get("Namespace", name, api_version="v1") is not None
    except kube.ForbiddenError:
        return False


def _with_address(supervisor: Client, cluster: KubeObject, state: State) -> State:
    """The state, with the reason where the cluster looks for its API in the wrong place."""
    if cluster["kind"] != "Cluster" or not supervisor.serves("VirtualMachineService"):
        return state
    service = supervisor.get("VirtualMachineService", cluster["metadata"]["name"], cluster["metadata"]["namespace"])
    wrong = workload_state.stale_address(cluster, service)
    if not wrong:
        return state
    return replace(state, text=f"{state.text}; {wrong}", next_step="Delete the cluster and make it under a name that was not used before")


def _class_namespace(cluster: KubeObject | None) -> str:
    topology = ((cluster or {}).get("spec") or {}).get("topology") or {}
    return str((topology.get("classRef") or {}).get("namespace") or topology.get("classNamespace") or "")
