#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: namespace
short_description: Makes, changes and removes a vSphere namespace
description:
  - Sees to it that there is a namespace on a Supervisor with this description, access, storage, VM classes and content libraries, and returns once it is
    running. What is not given is left as it is, and so is what it has besides, unless O(exclusive) says otherwise.
  - Storage policies and content libraries are given by name.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
options:
  name:
    description: Name of the namespace, a DNS label.
    type: str
    required: true
  state:
    description: Whether it shall be there. V(absent) removes everything in it, too.
    type: str
    choices: [present, absent]
    default: present
  supervisor:
    description: Name or id of the Supervisor. When empty, the only one of this vCenter.
    type: str
    default: ""
  description:
    description: What it is for.
    type: str
  network:
    description:
      - Workload network of a Supervisor on vSphere Distributed Switch. When empty, the Supervisor's own.
      - Used when the namespace is made, never changed after.
    type: str
    default: ""
  vpc:
    description:
      - NSX path of a VPC that is there, on a Supervisor with NSX VPC (vSphere 9). When empty, the namespace gets one of its own.
      - Used when the namespace is made, never changed after.
    type: str
    default: ""
  vpc_cidrs:
    description:
      - Private networks of the VPC that the namespace gets, such as V(172.26.0.0/16). When empty, the Supervisor's.
      - Used when the namespace is made, never changed after.
    type: list
    elements: str
    default: []
  access:
    description: Who may do what in it.
    type: list
    elements: dict
    suboptions:
      subject:
        description: Name of the user or group, without its domain.
        type: str
        required: true
      domain:
        description: Domain of the user or group.
        type: str
        default: vsphere.local
      subject_type:
        description: Whether it is a user or a group.
        type: str
        choices: [USER, GROUP]
        default: USER
      role:
        description: What it may do. V(EDIT) is what work with clusters needs.
        type: str
        choices: [OWNER, EDIT, VIEW]
        default: EDIT
  exclusive:
    description:
      - Whether access, storage policies, VM classes and content libraries are taken away that are not in what is given of each, and limits
        of policies that are given without one.
      - Clusters that use what is taken away get no nodes of it any more. Leave it V(false) where others share the namespace.
    type: bool
    default: false
  storage:
    description: Its storage policies, or with O(exclusive=false), policies that it has to have.
    type: list
    elements: dict
    suboptions:
      policy:
        description: Name or id of the storage policy.
        type: str
        required: true
      limit_mib:
        description: How much of it may be used, in MiB. When not set, a new policy has no limit, and one that is there keeps its own.
        type: int
  vm_classes:
    description: Names of VM classes that it may use.
    type: list
    elements: str
  content_libraries:
    description: Names or ids of content libraries that it may use.
    type: list
    elements: str
  timeout:
    description: Seconds to wait at most until it is running or gone.
    type: float
    default: 300
attributes:
  check_mode:
    support: full
    description: Says what would be done, computed from what is there.
  diff_mode:
    support: full
    description: Shows the settings before and after.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Make the party's namespace
  fedfleet.federation.namespace:
    name: fate-30000
    description: Federated learning
    access:
      - subject: fate-admins
        subject_type: GROUP
        role: EDIT
    storage:
      - policy: fate-gold
        limit_mib: 512000
    vm_classes: [best-effort-small, guaranteed-large]
    content_libraries: [kubernetes-releases]

- name: Remove it and everything in it
  fedfleet.federation.namespace:
    name: fate-30000
    state: absent
"""

RETURN = r"""
namespace:
  description: The namespace's settings and state. Empty where there is none.
  returned: success
  type: dict
  contains:
    description:
      description: Its description.
      type: str
    access:
      description: Who may do what.
      type: list
      elements: dict
    storage:
      description: Its storage policies by id, each with its limit in MiB.
      type: list
      elements: dict
    vm_classes:
      description: VM classes that it may use.
      type: list
      elements: str
    content_libraries:
      description: Ids of the content libraries that it may use.
      type: list
      elements: str
    config_status:
      description: V(CONFIGURING), V(RUNNING), V(REMOVING) or V(ERROR).
      type: str
    messages:
      description: What vCenter says about it, the worst first.
      type: list
      elements: str
seconds:
  description: How long it took.
  returned: always
  type: float
  sample: 2.4
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply), and C(error_type) where vCenter named one.
  returned: failure
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import VSPHERE_ARGUMENTS, session

ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "supervisor": {"type": "str", "default": ""},
    "description": {"type": "str"},
    "network": {"type": "str", "default": ""},
    "vpc": {"type": "str", "default": ""},
    "vpc_cidrs": {"type": "list", "elements": "str", "default": []},
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
    "exclusive": {"type": "bool", "default": False},
    "storage": {
        "type": "list",
        "elements": "dict",
        "options": {"policy": {"type": "str", "required": True}, "limit_mib": {"type": "int"}},
    },
    "vm_classes": {"type": "list", "elements": "str"},
    "content_libraries": {"type": "list", "elements": "str"},
    "timeout": {"type": "float", "default": 300},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as (work, client):
        from fedfleet.progress import report
        from fedfleet.vsphere import namespaces, supervisors

        if params["state"] == "absent":
            outcome = namespaces.remove(client, params["name"], timeout=params["timeout"], dry_run=module.check_mode, progress=report)
        else:
            outcome = namespaces.ensure(
                client,
                supervisors.find(client, params["supervisor"]),
                wanted(client, params),
                timeout=params["timeout"],
                exclusive=params["exclusive"],
                dry_run=module.check_mode,
                progress=report,
            )
    if outcome.after is not None:
        for message in outcome.after.said:
            if not message.startswith("INFO"):
                module.warn(f"namespace {params['name']}: {message}")
    work.done(
        changed=outcome.changed,
        before=outcome.before.settings() if outcome.before else {},
        after=outcome.after.settings() if outcome.after else {},
        namespace=namespaces.shown(outcome.after),
    )


def wanted(client: Any, params: dict[str, Any]) -> Any:
    """The namespace as the options want it, with policies and libraries by their ids."""
    from fedfleet.vsphere import content_libraries, storage_policies
    from fedfleet.vsphere.namespace_specs import Access, StorageSpec, Wanted, networks

    policies = storage_policies.identifiers(client, [one["policy"] for one in params["storage"] or []])
    libraries = content_libraries.identifiers(client, params["content_libraries"] or [])
    return Wanted(
        params["name"],
        description=params["description"],
        access=None if params["access"] is None else tuple(Access(**one) for one in params["access"]),
        storage=None
        if params["storage"] is None
        else tuple(StorageSpec(policy=policies[one["policy"]], limit=one["limit_mib"]) for one in params["storage"]),
        vm_classes=None if params["vm_classes"] is None else frozenset(params["vm_classes"]),
        content_libraries=None if params["content_libraries"] is None else frozenset(libraries.values()),
        network=params["network"] or None,
        vpc=params["vpc"],
        vpc_cidrs=networks(params["vpc_cidrs"]),
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
