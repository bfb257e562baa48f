#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: namespace_info
short_description: Says how a vSphere namespace is set up
description:
  - Returns the settings and the state of a namespace, or the names of all namespaces that the user may see.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.reads
  - fedfleet.federation.vsphere
options:
  name:
    description: Name of the namespace. When empty, only names are returned.
    type: str
    default: ""
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: See what the namespace may use
  fedfleet.federation.namespace_info:
    name: fate-30000
  register: found
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
names:
  description: All namespaces that the user may see, where no name is given.
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

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import VSPHERE_ARGUMENTS, session

ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {"name": {"type": "str", "default": ""}}


def run(module: AnsibleModule) -> None:
    name = module.params["name"]
    with session(module) as (work, client):
        from fedfleet.vsphere import namespaces

        found = namespaces.find(client, name) if name else None
        names = [] if name else namespaces.names(client)
    work.done(changed=False, namespace=namespaces.shown(found), names=names)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
