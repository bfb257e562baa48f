#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: namespace
short_description: Makes, changes and removes vSphere Namespaces
description:
  - Has a Supervisor make a namespace with its storage policies, VM classes and rights, and waits until vCenter calls it RUNNING.
  - Only what differs is sent. An option that is left out leaves that part of the namespace as it is found.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
options:
  name:
    description: The namespace, a DNS label.
    type: str
    required: true
  supervisor:
    description: Name or identifier of the Supervisor. When empty, the only one.
    type: str
    default: ""
  state:
    description: Whether the namespace is to be V(present), or V(absent) with everything in it.
    type: str
    choices: [present, absent]
    default: present
  description:
    description: What people read about it.
    type: str
  storage_policies:
    description: The storage policies that may be used in it.
    type: list
    elements: dict
    suboptions:
      name:
        description: The policy's name.
        type: str
        required: true
      limit_mib:
        description: MiB that may be taken of it. Without one there is no limit.
        type: int
  vm_classes:
    description: Names of the VM classes that may be used in it.
    type: list
    elements: str
  content_libraries:
    description: Identifiers of content libraries with images for nodes, where the Supervisor itself has none.
    type: list
    elements: str
  access:
    description: Who may work in it. When given, nobody else may.
    type: list
    elements: dict
    suboptions:
      subject:
        description: Name of a user or group.
        type: str
        required: true
      domain:
        description: The domain it is of.
        type: str
        default: vsphere.local
      subject_type:
        description: What it is.
        type: str
        choices: [USER, GROUP]
        default: USER
      role:
        description: What it may do. EDIT is needed to make clusters.
        type: str
        choices: [OWNER, EDIT, VIEW]
        default: EDIT
  timeout:
    description: Seconds to wait at most.
    type: float
    default: 300
attributes:
  check_mode:
    support: full
    description: Computes what would be sent, and sends nothing.
  diff_mode:
    support: full
    description: Shows the fields that change.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Make a namespace for a party
  fedfleet.federation.namespace:
    hostname: vcenter.hospital.example
    username: fedfleet@vsphere.local
    password: "{{ vcenter_password }}"
    name: fl-30000
    storage_policies:
      - name: vSAN Default Storage Policy
        limit_mib: 512000
    vm_classes: [best-effort-small, best-effort-2xlarge]
"""

RETURN = r"""
status:
  description: The namespace's state in vCenter. Empty where it is absent.
  returned: success
  type: str
  sample: RUNNING
storage_classes:
  description: The names that its storage policies have in Kubernetes, in the order in which they were given.
  returned: success
  type: list
  elements: str
sent:
  description: The fields that were sent, or would be in check mode.
  returned: success
  type: dict
seconds:
  description: How long it took.
  returned: success
  type: float
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

import time
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import VSPHERE_ARGUMENTS, session, supervisor_of

if TYPE_CHECKING:
    from fedfleet.vsphere.namespaces import Namespace
    from fedfleet.vsphere.rest import Rest

ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {
    "name": {"type": "str", "required": True},
    "supervisor": {"type": "str", "default": ""},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "description": {"type": "str"},
    "storage_policies": {
        "type": "list",
        "elements": "dict",
        "options": {"name": {"type": "str", "required": True}, "limit_mib": {"type": "int"}},
    },
    "vm_classes": {"type": "list", "elements": "str"},
    "content_libraries": {"type": "list", "elements": "str"},
    "access": {
        "type": "list",
        "elements": "dict",
        "options": {
            "subject": {"type": "str", "required": True},
            "domain": {"type": "str", "default": "vsphere.local"},
            "subject_type": {"type": "str", "choices": ["USER", "GROUP"], "default": "USER"},
            "role": {"type": "str", "choices": ["OWNER", "EDIT", "VIEW"], "default": "EDIT"},
        },
    },
    "timeout": {"type": "float", "default": 300},
}


def wanted_of(rest: Rest, params: dict[str, Any]) -> Namespace:
    from fedfleet.vsphere.namespaces import Access, Namespace
    from fedfleet.vsphere.storage_policies import identifiers

    policies = params["storage_policies"]
    known = identifiers(rest, [policy["name"] for policy in policies]) if policies else {}
    return Namespace(
        name=params["name"],
        description=params["description"],
        storage={known[policy["name"]]: policy["limit_mib"] for policy in policies} if policies is not None else None,
        vm_classes=tuple(params["vm_classes"]) if params["vm_classes"] is not None else None,
        content_libraries=tuple(params["content_libraries"]) if params["content_libraries"] is not None else None,
        access=tuple(Access(**entry) for entry in params["access"]) if params["access"] is not None else None,
    )


def present(module: AnsibleModule, rest: Rest) -> dict[str, Any]:
    from fedfleet.progress import report
    from fedfleet.vsphere import namespaces
    from fedfleet.vsphere.storage_policies import class_name

    params = module.params
    namespaces.require_label(params["name"])
    wanted = wanted_of(rest, params)
    found = namespaces.find(rest, wanted.name)
    sent = namespaces.wanted_fields(wanted) if found is None else namespaces.difference(wanted, found)
    changed = found is None or bool(sent)
    before = {name: found.fields.get(name) for name in sent} if found else {}
    if not module.check_mode:
        if found is None:
            namespaces.create(rest, supervisor_of(rest, params["supervisor"]).id, wanted)
        elif sent:
            namespaces.change(rest, wanted.name, sent)
        found = namespaces.wait_running(rest, wanted.name, params["timeout"], report)
    return {
        "changed": changed,
        "status": found.status if found else "",
        "sent": sent,
        "storage_classes": [class_name(policy["name"]) for policy in params["storage_policies"] or ()],
        "diff": {"before": before, "after": sent},
    }


def absent(module: AnsibleModule, rest: Rest) -> dict[str, Any]:
    from fedfleet.progress import report
    from fedfleet.vsphere import namespaces

    name = module.params["name"]
    found = namespaces.find(rest, name)
    if found is not None and not module.check_mode:
        namespaces.remove(rest, name, module.params["timeout"], report)
    before = dict(found.fields) if found else {}
    return {"changed": found is not None, "status": "", "sent": {}, "storage_classes": [], "diff": {"before": before, "after": {}}}


def run(module: AnsibleModule) -> None:
    started = time.monotonic()
    with session(module) as rest:
        result = present(module, rest) if module.params["state"] == "present" else absent(module, rest)
    module.exit_json(**result, seconds=round(time.monotonic() - started, 1))


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
