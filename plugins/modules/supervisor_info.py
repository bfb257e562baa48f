#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: supervisor_info
short_description: Says how a Supervisor is and where its API is
description:
  - Returns the Supervisor's state and the address of its Kubernetes API.
  - With O(wait) it returns once the Supervisor runs, takes work and has an address.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.reads
  - fedfleet.federation.vsphere
options:
  name:
    description: Name or id of the Supervisor. When empty, the only one of this vCenter.
    type: str
    default: ""
  wait:
    description: Whether to wait until it is ready.
    type: bool
    default: false
  timeout:
    description: Seconds to wait at most.
    type: float
    default: 600
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Learn where the Supervisor's API is
  fedfleet.federation.supervisor_info:
    hostname: vcenter.example.org
    username: administrator@vsphere.local
    password: "{{ vcenter_password }}"
    ca_file: files/vcenter-ca.pem
  register: supervisor
"""

RETURN = r"""
supervisor:
  description: The Supervisor.
  returned: success
  type: dict
  contains:
    id:
      description: What vCenter calls it.
      type: str
    name:
      description: Its name.
      type: str
    config_status:
      description: V(CONFIGURING), V(RUNNING), V(REMOVING) or V(ERROR).
      type: str
    kubernetes_status:
      description: V(READY), V(WARNING) or V(ERROR).
      type: str
    ready:
      description: Whether it runs and takes work.
      type: bool
    endpoint:
      description: Address of its Kubernetes API. Empty where it has none yet.
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
    "name": {"type": "str", "default": ""},
    "wait": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 600},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as (work, client):
        from fedfleet.progress import report
        from fedfleet.vsphere.supervisors import find, wait_ready

        waits = params["wait"] and not module.check_mode
        found = wait_ready(client, params["name"], params["timeout"], report) if waits else find(client, params["name"])
    work.done(
        changed=False,
        supervisor={
            "id": found.id,
            "name": found.name,
            "config_status": found.config_status,
            "kubernetes_status": found.kubernetes_status,
            "ready": found.ready,
            "endpoint": found.endpoint,
            "messages": list(found.messages),
        },
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
