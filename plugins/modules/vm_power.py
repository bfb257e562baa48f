#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vm_power
short_description: Switches virtual machines on and off
description:
  - Brings the power of a virtual machine to a state and returns once it is so. A machine that is so already is left alone.
  - Nodes of workload clusters are not for this - their Supervisor puts them back.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
options:
  name:
    description: Name of the machine. Give one of O(name), O(uuid) and O(path).
    type: str
    default: ""
  uuid:
    description: Its instance or BIOS UUID.
    type: str
    default: ""
  path:
    description: Its inventory path, such as V(DC0/vm/nodes/worker-1).
    type: str
    default: ""
  state:
    description:
      - What its power is to be.
      - V(off) is pulling the plug, V(shutdown) asks the guest, for which it must run VMware Tools. V(reset) restarts it at once and is always a change.
    type: str
    choices: ["on", "off", shutdown, reset]
    required: true
  timeout:
    description: Seconds to wait at most.
    type: float
    default: 300
attributes:
  check_mode:
    support: full
    description: Says what would be done.
  diff_mode:
    support: full
    description: Shows the power before and after.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Pull the plug of a node
  fedfleet.federation.vm_power:
    path: DC0/vm/nodes/worker-1
    state: "off"
"""

RETURN = r"""
vm:
  description: The machine.
  returned: success
  type: dict
  contains:
    id:
      description: Its managed object id.
      type: str
    name:
      description: Its name.
      type: str
    uuid:
      description: Its instance UUID.
      type: str
    power:
      description: Its power now, V(poweredOn), V(poweredOff) or V(suspended).
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
    "name": {"type": "str", "default": ""},
    "uuid": {"type": "str", "default": ""},
    "path": {"type": "str", "default": ""},
    "state": {"type": "str", "choices": ["on", "off", "shutdown", "reset"], "required": True},
    "timeout": {"type": "float", "default": 300},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as (work, client):
        from fedfleet.progress import report
        from fedfleet.vsphere import SettingsError, power

        named = [name for name in ("name", "uuid", "path") if params[name]]
        if len(named) != 1:
            raise SettingsError(
                "It is not said which virtual machine",
                expected="one of name, uuid and path",
                found=", ".join(named) or "none",
                next_step="Give exactly one",
            )
        machine = power.find(client, **{named[0]: params[named[0]]})
        outcome = power.apply(client, machine, params["state"], timeout=params["timeout"], dry_run=module.check_mode, progress=report)
    work.done(
        changed=outcome.changed,
        before={"power": outcome.before},
        after={"power": outcome.after},
        vm={"id": machine.id, "name": machine.name, "uuid": machine.uuid, "power": outcome.after},
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
