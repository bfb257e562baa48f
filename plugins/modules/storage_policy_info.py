#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: storage_policy_info
short_description: Lists storage policies
description:
  - Returns the storage policies of a vCenter, or one of them, each with the name of the StorageClass that a Supervisor makes of it.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.reads
  - fedfleet.federation.vsphere
options:
  name:
    description: Name or id of the one policy that is wanted.
    type: str
    default: ""
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Learn what Kubernetes calls the policy
  fedfleet.federation.storage_policy_info:
    name: vSAN Default Storage Policy
  register: policies
"""

RETURN = r"""
storage_policies:
  description: The policies. One that is not there is an empty list, not a failure.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    description:
      description: What it is for.
      type: str
    storage_class:
      description: Name of its StorageClass.
      type: str
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

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import VSPHERE_ARGUMENTS, named_or_all, session

ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {"name": {"type": "str", "default": ""}}


def run(module: AnsibleModule) -> None:
    with session(module) as (work, client):
        from fedfleet.vsphere import storage_policies

        found = named_or_all(storage_policies, client, module.params["name"])
    shown = [{"id": one.policy, "name": one.name, "description": one.description, "storage_class": one.storage_class} for one in found]
    work.done(changed=False, storage_policies=shown)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
