"""Storage policies by name, and the names they have in Kubernetes.

vmware-vcenter 9.1.1 ``com/vmware/vcenter/storage_client.py`` Policies.Summary; vm-operator ``storage_policy.go`` for the names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fedfleet.vsphere.errors import VsphereError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.vsphere.rest import Rest

POLICIES = "/api/vcenter/storage/policies"


def identifiers(rest: Rest, names: Sequence[str]) -> dict[str, str]:
    """Returns the policies' identifiers by name.

    Raises:
        VsphereError: one does not exist; those that do are named.
    """
    known = {item["name"]: item["policy"] for item in rest.get(POLICIES)}
    missing = [name for name in names if name not in known]
    if missing:
        raise VsphereError(
            f"vCenter has no storage policy {', '.join(missing)}",
            expected=f"one of: {', '.join(sorted(known)) or 'none that the account may see'}",
            where=f"https://{rest.hostname}",
            next_step="Name one of them, or have one made: vSphere Client, Policies and Profiles, VM Storage Policies",
        )
    return {name: known[name] for name in names}


def class_name(policy: str) -> str:
    """Returns the StorageClass that a policy appears as: lower case, dashes for blanks."""
    return re.sub(r"[^a-z0-9.-]+", "-", policy.lower()).strip("-.")
