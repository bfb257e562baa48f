#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: namespace_contents_info
short_description: Says what lives in a vSphere namespace
description:
  - Returns the clusters, virtual machines, volumes and pods that a vSphere namespace has at its Supervisor. With the namespace, all of them would go.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.reads
  - fedfleet.federation.vsphere
  - fedfleet.federation.vsphere.supervisor
options:
  name:
    description: Name of the namespace.
    type: str
    required: true
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: See who else lives in the namespace
  fedfleet.federation.namespace_contents_info:
    name: fate-30000
  register: found
"""

RETURN = r"""
objects:
  description: What lives there, without what is being deleted already.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: C(Cluster), C(TanzuKubernetesCluster), C(VirtualMachine), C(PersistentVolumeClaim) or C(Pod).
      type: str
    name:
      description: Its name.
      type: str
hidden:
  description: Kinds that the account may not see there, so that there may be some.
  returned: success
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

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import SUPERVISOR_ARGUMENTS, supervisor_session

ARGUMENTS: dict[str, Any] = SUPERVISOR_ARGUMENTS | {"name": {"type": "str", "required": True}}


def run(module: AnsibleModule) -> None:
    with supervisor_session(module) as (work, supervisor):
        from fedfleet.vsphere import namespace_contents

        found = namespace_contents.of(supervisor, module.params["name"])
    work.done(changed=False, objects=[{"kind": kind, "name": name} for kind, name in found.objects], hidden=list(found.hidden))


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
