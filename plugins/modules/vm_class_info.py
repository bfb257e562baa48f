#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vm_class_info
short_description: Lists VM classes
description:
  - Returns the VM classes of a vCenter, or one of them.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.reads
  - fedfleet.federation.vsphere
options:
  name:
    description: Name of the one class that is wanted.
    type: str
    default: ""
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: See which classes there are
  fedfleet.federation.vm_class_info: {}
  register: classes
"""

RETURN = r"""
vm_classes:
  description: The classes. One that is not there is an empty list, not a failure.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its name.
      type: str
    cpu_count:
      description: Virtual CPUs.
      type: int
    memory_mb:
      description: Memory in MiB.
      type: int
    cpu_reservation:
      description: Reserved share of the CPUs in percent. V(null) for none.
      type: int
    memory_reservation:
      description: Reserved share of the memory in percent. V(null) for none.
      type: int
    description:
      description: What it is for.
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
        from fedfleet.vsphere import vm_classes

        found = named_or_all(vm_classes, client, module.params["name"])
    work.done(changed=False, vm_classes=[one.settings() for one in found])


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
