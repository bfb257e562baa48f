#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vm_class
short_description: Makes, changes and removes a VM class
description:
  - Sees to it that vCenter has a VM class of this size. What is not given is left as it is.
  - A change holds for virtual machines made afterwards.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
options:
  name:
    description: Name of the class, a DNS label.
    type: str
    required: true
  state:
    description: Whether it shall be there.
    type: str
    choices: [present, absent]
    default: present
  cpu_count:
    description: Virtual CPUs. Needed where the class is to be made.
    type: int
  memory_mb:
    description: Memory in MiB. Needed where the class is to be made.
    type: int
  cpu_reservation:
    description: Share of the CPUs that is reserved, in percent. V(0) for none.
    type: int
  memory_reservation:
    description: Share of the memory that is reserved, in percent. V(0) for none.
    type: int
  description:
    description: What it is for.
    type: str
  adopt:
    description: Whether one that is there under another description is changed, or removed, too. With V(false) it is used where it is
      as wanted, refused where it is not, and never removed.
    type: bool
    default: true
  timeout:
    description: Seconds to wait at most until it is gone.
    type: float
    default: 120
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
- name: Make a class for the workers
  fedfleet.federation.vm_class:
    name: fate-worker
    cpu_count: 8
    memory_mb: 65536
    memory_reservation: 100
"""

RETURN = r"""
vm_class:
  description: The class as it is, or would be. Empty where there is none.
  returned: success
  type: dict
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

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import VSPHERE_ARGUMENTS, session

ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "cpu_count": {"type": "int"},
    "memory_mb": {"type": "int"},
    "cpu_reservation": {"type": "int"},
    "memory_reservation": {"type": "int"},
    "description": {"type": "str"},
    "adopt": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 120},
}
_SETTINGS = ("cpu_count", "memory_mb", "cpu_reservation", "memory_reservation", "description")


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as (work, client):
        from fedfleet.progress import report
        from fedfleet.vsphere import vm_classes

        if params["state"] == "absent":
            outcome = vm_classes.remove(
                client,
                params["name"],
                timeout=params["timeout"],
                described=None if params["adopt"] else params["description"],
                dry_run=module.check_mode,
                progress=report,
            )
        else:
            wanted = vm_classes.Wanted(params["name"], **{name: params[name] for name in _SETTINGS})
            outcome = vm_classes.ensure(client, wanted, adopt=params["adopt"], dry_run=module.check_mode)
    before = outcome.before.settings() if outcome.before else {}
    after = outcome.after.settings() if outcome.after else {}
    work.done(changed=outcome.changed, before=before, after=after, vm_class=after)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
