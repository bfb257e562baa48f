#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: supervisor_info
short_description: Says which Supervisors a vCenter has
description:
  - Lists the Supervisors with their state and the address of their API, which is also that of their login service.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
options:
  name:
    description: Only the Supervisor of that name or identifier. It must be there, and be such that clusters can be asked of it.
    type: str
    default: ""
attributes:
  check_mode:
    support: full
    description: The module changes nothing.
  diff_mode:
    support: none
    description: The module changes nothing.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Look at the Supervisors
  fedfleet.federation.supervisor_info:
    hostname: vcenter.hospital.example
    username: fedfleet@vsphere.local
    password: "{{ vcenter_password }}"
    ca_file: /etc/fedfleet/vmca.pem
  register: found
"""

RETURN = r"""
supervisors:
  description: The Supervisors.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: vCenter's identifier.
      type: str
    name:
      description: The name.
      type: str
    cluster:
      description: Identifier of its vSphere cluster.
      type: str
    config_status:
      description: CONFIGURING, REMOVING, RUNNING or ERROR.
      type: str
    kubernetes_status:
      description: READY, WARNING or ERROR.
      type: str
    endpoint:
      description: Address of its API. Empty while it has none.
      type: str
    memory_free:
      description: MiB of memory that its hosts have left. 0 where vCenter does not tell.
      type: int
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import VSPHERE_ARGUMENTS, session, supervisor_of

ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {"name": {"type": "str", "default": ""}}


def run(module: AnsibleModule) -> None:
    with session(module) as rest:
        from fedfleet.vsphere.supervisors import all_of

        name = module.params["name"]
        found = [supervisor_of(rest, name)] if name else all_of(rest)
    module.exit_json(changed=False, supervisors=[asdict(one) for one in found])


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
