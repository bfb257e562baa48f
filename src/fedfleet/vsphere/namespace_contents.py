"""What lives in a vSphere Namespace, seen through its Supervisor: whoever removes the namespace removes all of it.

Kinds, in whatever version is served: Cluster (cluster-api v1.14.2 api/core/v1beta2), TanzuKubernetesCluster (tanzu-framework v0.28.3
apis/run/v1alpha2), VirtualMachine (vm-operator 506dc5d api/v1alpha2), and Kubernetes' own. That nothing else counts is our assumption: a
namespace may also have objects of Supervisor Services, for which there is no list of kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet import kube

if TYPE_CHECKING:
    from fedfleet.kube import Client

KINDS = (
    "Cluster.cluster.x-k8s.io",
    "TanzuKubernetesCluster.run.tanzu.vmware.com",
    "VirtualMachine.vmoperator.vmware.com",
    "PersistentVolumeClaim",
    "Pod",
)


@dataclass(frozen=True)
class Contents:
    """What lives in a namespace.

    Attributes:
        objects: kind and name of each, without what is being deleted already.
        hidden: kinds that the user may not see, so that there may be some.
    """

    objects: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]


def of(supervisor: Client, namespace: str) -> Contents:
    """Clusters, machines, volumes and pods in the namespace of that name; nothing where there is no such namespace."""
    objects: list[tuple[str, str]] = []
    hidden: list[str] = []
    for kind in KINDS:
        name = kind.partition(".")[0]
        try:
            found = supervisor.list(kind, namespace)
        except kube.UnknownKindError:
            # A Supervisor without that service has none.
            continue
        except kube.ForbiddenError:
            hidden.append(name)
            continue
        objects += [(name, one["metadata"]["name"]) for one in found if not one["metadata"].get("deletionTimestamp")]
    return Contents(tuple(objects), tuple(hidden))
