"""Storage policies that vCenter has, and what a Kubernetes cluster calls them.

Calls are those of vmware-vcenter 9.1.1 com/vmware/vcenter/storage_client.py Policies. Of older services the bindings leave ``action`` out of the URL;
that of check_compatibility is VMware's own in PowerCLI (VMware.Sdk.vSphere.vCenter.Storage 8.0.2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Answer, read

if TYPE_CHECKING:
    from collections.abc import Collection

    from fedfleet.vsphere.client import Client

POLICIES = "/vcenter/storage/policies"

_NOT_OF_A_NAME = re.compile(r"[^a-z0-9.-]+")
_LONGEST_NAME = 253


class StoragePolicy(Answer):
    """A storage policy: Policies.Summary."""

    policy: str
    name: str
    description: str = ""

    @property
    def storage_class(self) -> str:
        """The StorageClass that a Supervisor makes of it."""
        return storage_class_name(self.name)


class CompatibleDatastore(Answer):
    """A datastore that fits a policy: Policies.CompatibleDatastoreInfo."""

    datastore: str


class CompatibilityInfo(Answer):
    """Which datastores fit a policy: Policies.CompatibilityInfo."""

    compatible_datastores: tuple[CompatibleDatastore, ...]


def storage_class_name(policy: str) -> str:
    """What a Supervisor calls the StorageClass of the policy of that name.

    vCenter keeps it as the profile's k8sCompliantName (pyvmomi 9.1.1 pbm.profile.CapabilityBasedProfile): lower case, spaces as dashes. What is
    neither letter, digit, dot nor dash is taken for a space here, since no name of a Kubernetes object has it; two policies may thus share a
    name, which vCenter then tells apart itself.
    """
    return _NOT_OF_A_NAME.sub("-", policy.lower()).strip("-.")[:_LONGEST_NAME]


def list_all(client: Client) -> list[StoragePolicy]:
    """All storage policies that the user may see, by name; vCenter lists 1024 at most."""
    return sorted(read(list[StoragePolicy], client.rest.get(POLICIES), POLICIES), key=lambda one: one.name)


def find(client: Client, name: str) -> StoragePolicy | None:
    """The storage policy of that name or id, or None."""
    return _chosen(list_all(client), name)


def fitting(client: Client, policy: str, datastores: Collection[str]) -> frozenset[str]:
    """Those of the datastores, all by id, that fit the policy of that id (Policies.check_compatibility)."""
    path = f"{POLICIES}/{quote(policy, safe='')}"
    query = {"action": "check-compatibility"}
    answer = client.rest.post(path, {"datastores": sorted(datastores)}, query, repeatable=True)
    return frozenset(one.datastore for one in read(CompatibilityInfo, answer, path).compatible_datastores)


def identifiers(client: Client, names: list[str]) -> dict[str, str]:
    """The ids of the policies of those names or ids, by what was given.

    Raises:
        SettingsError: there is none of one of the names.
    """
    known = list_all(client) if names else []
    found = {name: _chosen(known, name) for name in names}
    missing = [name for name, policy in found.items() if policy is None]
    if missing:
        raise errors.SettingsError(
            f"vCenter has no storage policy {', '.join(missing)}",
            expected="names of storage policies of this vCenter",
            found=", ".join(policy.name for policy in known) or "none",
            where=client.rest.origin,
            next_step="Create the policy (module storage_policy), or name one that is there",
        )
    return {name: policy.policy for name, policy in found.items() if policy is not None}


def _chosen(known: list[StoragePolicy], name: str) -> StoragePolicy | None:
    return next((policy for policy in known if name in (policy.name, policy.policy)), None)
