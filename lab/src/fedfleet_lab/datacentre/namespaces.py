"""Makes the namespaces true that somebody asked vCenter for, as a Supervisor's Workload Control Plane does.

What is in such a namespace, from public sources (`fedfleet.vsphere` says what the short names are):

- VM classes: vm-operator 506dc5d `api/v1alpha2/virtualmachineclass_types.go`; being in the namespace is what allows them.
- StorageClasses, two of each policy: vm-operator 506dc5d `pkg/util/vsphere/storage/storage_policy.go`; provisioner, reclaim policy, binding
  and expansion: the usage examples (7.0 Update 2).
- The quota `<namespace>-storagequota` with its keys and its number for no limit, and the label `vSphereClusterID`: the usage examples.
- Users as `sso:<user>@<domain>`, and what roles may do: GUID-223D91FB (vSphere 8.0). Which roles of Kubernetes' own that is, and what the
  bindings are called, is our assumption.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fedfleet_lab.datacentre.kinds import CLUSTER, NAMESPACE, TANZU_CLUSTER
from fedfleet_lab.datacentre.quotas import storage_of
from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from fedfleet_lab.datacentre.doors import Doors, WantedNamespace, Wishes
    from fedfleet_lab.kubeapi import KubeApi
    from fedfleet_lab.kubectl import Kubectl

_LOG = logging.getLogger(__name__)

PROVISIONER = "csi.vsphere.vmware.com"
# Kubernetes' own, in the place of the Supervisor's, which are not public; EDIT may do all within the namespace.
_ROLES = {"OWNER": "admin", "EDIT": "edit", "VIEW": "view"}
_CLUSTER_RIGHTS = "fedfleet-lab:clusters"


def class_name(policy: str) -> str:
    """Returns the StorageClass that a policy appears as: lower case, dashes for blanks (vm-operator `storage_policy.go`)."""
    return re.sub(r"[^a-z0-9.-]+", "-", policy.lower()).strip("-.")


@dataclass
class Namespaces:
    """Keeps the Supervisor's namespaces as vCenter says they are."""

    kubectl: Kubectl
    api: KubeApi
    doors: Doors
    _made: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    def keep(self, wishes: Wishes) -> None:
        """Makes, changes and removes what is not yet as it should be."""
        for wanted in wishes.namespaces.values():
            try:
                if wanted.status == "REMOVING":
                    self._remove(wanted)
                elif wanted.status != "ERROR":
                    self._make(wanted, wishes)
            except LabError as error:
                _LOG.warning("namespace %s: %s", wanted.name, error)

    def _make(self, wanted: WantedNamespace, wishes: Wishes) -> None:
        whole = objects(wanted, wishes)
        if self._made.get(wanted.name) != whole:
            self.kubectl.apply(whole)
            self._prune(wanted)
            self._made[wanted.name] = whole
            _LOG.info("namespace %s is as it was asked for", wanted.name)
        if wanted.status == "CONFIGURING":
            self.doors.settle(wanted.name, "RUNNING")

    def _prune(self, wanted: WantedNamespace) -> None:
        """Takes VM classes away that the namespace no longer has."""
        listing = self.kubectl.get("virtualmachineclasses.vmoperator.vmware.com", namespace=wanted.name) or {"items": []}
        for name in {item["metadata"]["name"] for item in listing["items"]} - set(wanted.classes):
            self.kubectl.run("delete", "virtualmachineclasses.vmoperator.vmware.com", name, "-n", wanted.name, "--ignore-not-found")

    def _remove(self, wanted: WantedNamespace) -> None:
        self._made.pop(wanted.name, None)
        path = NAMESPACE.path(name=wanted.name)
        there = self.api.get(path)
        if there is None:
            self.doors.gone(wanted.name)
            return
        # A Cluster whose TanzuKubernetesCluster stays would come back.
        for kind in (TANZU_CLUSTER, CLUSTER):
            for item in self.api.list(kind)[0]:
                if item["metadata"]["namespace"] == wanted.name:
                    self.api.delete(kind.path_of(item))
        if not there["metadata"].get("deletionTimestamp"):
            self.api.delete(path)


def objects(wanted: WantedNamespace, wishes: Wishes) -> list[dict[str, object]]:
    """Returns all that a namespace of the Supervisor consists of."""
    classes = {class_name(wishes.policies[policy]): limit for policy, limit in wanted.storage.items() if policy in wishes.policies}
    quota = {storage_of(name): f"{limit}Mi" if limit is not None else "9223372036854775807" for name, limit in classes.items()}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": wanted.name, "labels": {"vSphereClusterID": "domain-c1"}}},
        *(_storage_class(name, binding) for name in classes for binding in ("Immediate", "WaitForFirstConsumer")),
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": f"{wanted.name}-storagequota", "namespace": wanted.name},
            "spec": {"hard": quota},
        },
        *(_vm_class(wanted.name, name, *wishes.classes[name]) for name in wanted.classes if name in wishes.classes),
        *(item for entry in wanted.access for item in _bindings(wanted.name, *entry)),
    ]


def _storage_class(name: str, binding: str) -> dict[str, object]:
    late = binding == "WaitForFirstConsumer"
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": f"{name}-latebinding" if late else name},
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": binding,
        "allowVolumeExpansion": True,
    }


def _vm_class(namespace: str, name: str, processors: int, memory_mib: int) -> dict[str, object]:
    return {
        "apiVersion": "vmoperator.vmware.com/v1alpha2",
        "kind": "VirtualMachineClass",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"hardware": {"cpus": processors, "memory": f"{memory_mib}Mi"}},
    }


def _bindings(namespace: str, role: str, subject: str, domain: str, kind: str) -> list[dict[str, object]]:
    """Returns the rights of one entry of the access list: a role of Kubernetes' own, and the Supervisor's kinds."""
    name = f"wcp:{namespace}:{kind.lower()}:{domain}:{subject}"
    who = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind.title(), "name": f"sso:{subject}@{domain}"}
    roles = [_ROLES[role], f"{_CLUSTER_RIGHTS}:{'view' if role == 'VIEW' else 'edit'}"]
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": f"{name}:{number}", "namespace": namespace},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": granted},
            "subjects": [who],
        }
        for number, granted in enumerate(roles)
    ]
