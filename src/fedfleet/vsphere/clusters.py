"""Workload clusters: the object that asks a Supervisor for one, what may be changed of it, and the way in.

``vks``: Cluster API v1beta2 (cluster-api v1.14.2 ``api/core/v1beta2/cluster_types.go``) with a ClusterClass builtin-generic of VKS 3.2 or
later, whose variables are those of a VCF 9.1 blueprint's table.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.kube import ObjectRef
from fedfleet.vsphere.errors import VsphereError, WaitError
from fedfleet.vsphere.releases import minor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.kube import ApplyResult, Client, KubeObject

CLUSTER_API = "cluster.x-k8s.io/v1beta2"
IMAGES_VOLUME = "containerd"
IMAGES_MOUNT = "/var/lib/containerd"
_POOL_CLASS = "node-pool"


@dataclass(frozen=True)
class Pool:
    """Nodes alike: how many, of which VM class."""

    replicas: int
    vm_class: str


@dataclass(frozen=True)
class Cluster:
    """What is asked for.

    Attributes:
        name: the cluster's; must not have been used in the namespace before, because its old address may come back with it.
        namespace: the vSphere Namespace.
        version: a release's version.
        control_plane: 1 or 3 nodes.
        workers: the one pool.
        storage_class: for nodes' disks and the cluster's default; a policy's name as Kubernetes has it.
        images_gib: GiB of the volume for container images on every worker.
        pods, services: address ranges that nothing else uses.
        cluster_class, class_namespace: the ClusterClass; `vks` only.
    """

    name: str
    namespace: str
    version: str
    control_plane: Pool
    workers: Pool
    storage_class: str
    images_gib: int = 32
    pods: str = "172.20.0.0/16"
    services: str = "172.21.0.0/16"
    cluster_class: str = "builtin-generic-v3.6.0"
    class_namespace: str = "vmware-system-vks-public"
    pool: str = "workers"


def vks(wanted: Cluster) -> KubeObject:
    """Returns the Cluster of Cluster API that asks for it."""
    volume = {
        "name": IMAGES_VOLUME,
        "mountPath": IMAGES_MOUNT,
        "capacity": f"{wanted.images_gib}Gi",
        "storageClass": wanted.storage_class,
    }
    volumes = {"availableStorageClasses": [wanted.storage_class], "defaultStorageClass": wanted.storage_class}
    return {
        "apiVersion": CLUSTER_API,
        "kind": "Cluster",
        "metadata": {"name": wanted.name, "namespace": wanted.namespace},
        "spec": {
            "clusterNetwork": {
                "pods": {"cidrBlocks": [wanted.pods]},
                "services": {"cidrBlocks": [wanted.services]},
                "serviceDomain": "cluster.local",
            },
            "topology": {
                "classRef": {"name": wanted.cluster_class, "namespace": wanted.class_namespace},
                "version": wanted.version,
                "controlPlane": {"replicas": wanted.control_plane.replicas},
                "workers": {
                    "machineDeployments": [
                        {
                            "class": _POOL_CLASS,
                            "name": wanted.pool,
                            "replicas": wanted.workers.replicas,
                            "variables": {"overrides": [{"name": "vmClass", "value": wanted.workers.vm_class}]},
                        }
                    ]
                },
                "variables": [
                    {"name": "vmClass", "value": wanted.control_plane.vm_class},
                    {"name": "storageClass", "value": wanted.storage_class},
                    {"name": "volumes", "value": [volume]},
                    {"name": "vsphereOptions", "value": {"persistentVolumes": volumes}},
                ],
            },
        },
    }


def running_version(found: KubeObject) -> str:
    """Returns the version that a Cluster runs or was last asked for."""
    return str(found["spec"]["topology"]["version"])


def require_allowed(wanted: Cluster, found: KubeObject) -> None:
    """Does nothing for a change that VKS can make to a running cluster.

    Raises:
        VsphereError: the version would be lowered or would pass over a minor, or the class of the cluster would change.
    """
    old, new = minor_of(running_version(found)), minor_of(wanted.version)
    if new < old or (new[0], new[1]) > (old[0], old[1] + 1):
        raise VsphereError(
            f"Cluster {wanted.name} cannot go from {running_version(found)} to {wanted.version}",
            expected=f"the same minor version or the next, v{old[0]}.{old[1] + 1}",
            found=wanted.version,
            next_step="Upgrade one minor version at a time, in a run each",
        )


def refs(wanted: Cluster) -> ObjectRef:
    """Returns how the cluster is referred to."""
    return ObjectRef("Cluster", wanted.namespace, wanted.name, CLUSTER_API)


def kubeconfig(supervisor: Client, namespace: str, name: str) -> str:
    """Returns the cluster's administrators' kubeconfig, from the Secret where VKS puts it (cluster-api `util/secret`).

    Raises:
        WaitError: it is not there. KubeError: it cannot be read, for want of the role EDIT.
    """
    secret = supervisor.get("Secret", f"{name}-kubeconfig", namespace)
    if secret is None:
        raise WaitError(
            f"Cluster {name} has no kubeconfig yet",
            expected=f"Secret {name}-kubeconfig",
            where=f"namespace {namespace} of the Supervisor",
            next_step="Wait until the cluster is available, then run again",
        )
    return base64.b64decode(secret["data"]["value"]).decode()


def ensure(supervisor: Client, wanted: Cluster, *, dry_run: bool = False) -> ApplyResult:
    """Has the Supervisor make or change the cluster, or with `dry_run` say what that would come to.

    Raises:
        VsphereError: the change is not allowed. KubeError: the Supervisor refuses it; its webhooks say why.
    """
    found = supervisor.get("Cluster", wanted.name, wanted.namespace, CLUSTER_API)
    if found is not None:
        if found["metadata"].get("deletionTimestamp"):
            raise VsphereError(
                f"Cluster {wanted.name} is being removed",
                next_step="Wait until it is gone, and give the new one a name that was never used",
            )
        require_allowed(wanted, found)
    return supervisor.apply(vks(wanted), dry_run=dry_run)


def wait_available(supervisor: Client, wanted: Cluster, timeout: float, progress: Callable[[str], None]) -> None:
    """Waits until the cluster is available as it was asked for, for at most `timeout` seconds.

    Raises:
        kube.WaitError: it is not; what its conditions say is in it.
    """
    supervisor.wait([refs(wanted)], timeout, progress)


def remove(supervisor: Client, namespace: str, name: str, timeout: float, *, dry_run: bool = False) -> bool:
    """Removes a cluster with its nodes and volumes, and waits until it is gone; returns whether there was one.

    Raises:
        kube.WaitError: it is still there after `timeout` seconds.
    """
    return supervisor.delete("Cluster", name, namespace, api_version=CLUSTER_API, wait=timeout, dry_run=dry_run)
