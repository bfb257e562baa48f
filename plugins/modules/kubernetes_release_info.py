#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kubernetes_release_info
short_description: Lists the Kubernetes releases that a Supervisor offers
description:
  - Returns the releases of which workload clusters can be made, the newest first, each with the reasons why it cannot be used, if there are any.
  - A release can be used when it is Ready and Compatible and there is an image of a node of it.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.reads
  - fedfleet.federation.vsphere
  - fedfleet.federation.vsphere.supervisor
options:
  version:
    description: What the versions have to begin with, such as V(v1.34). When empty, all.
    type: str
    default: ""
  os_name:
    description: Operating system that the nodes have to have, such as V(photon) or V(ubuntu). When empty, any.
    type: str
    default: ""
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: See which releases of Kubernetes 1.34 there are
  fedfleet.federation.kubernetes_release_info:
    version: v1.34
  register: found
"""

RETURN = r"""
releases:
  description: The releases, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the object.
      type: str
    version:
      description: Version of the release.
      type: str
    kubernetes:
      description: Version of Kubernetes in it.
      type: str
    usable:
      description: Whether a cluster can be made of it now.
      type: bool
    os_images:
      description: Operating systems of the images of nodes that are there.
      type: list
      elements: str
    reasons:
      description: Why it cannot be used.
      type: list
      elements: str
newest:
  description: Version of the newest usable one. Empty where there is none.
  returned: success
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

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import SUPERVISOR_ARGUMENTS, supervisor_session

ARGUMENTS: dict[str, Any] = SUPERVISOR_ARGUMENTS | {
    "version": {"type": "str", "default": ""},
    "os_name": {"type": "str", "default": ""},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with supervisor_session(module) as (work, supervisor):
        from fedfleet.vsphere import releases, versions

        prefix = versions.parse(params["version"]) if params["version"] else None
        known = releases.list_all(supervisor, params["os_name"])
    found = [one for one in known if prefix is None or prefix.covers(one.version)]
    work.done(
        changed=False,
        releases=[
            {
                "name": one.name,
                "version": str(one.version),
                "kubernetes": one.kubernetes,
                "usable": one.usable,
                "os_images": list(one.os_images),
                "reasons": list(one.reasons),
            }
            for one in found
        ],
        newest=next((str(one.version) for one in found if one.usable), ""),
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
