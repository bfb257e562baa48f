#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: content_library_info
short_description: Lists content libraries
description:
  - Returns the content libraries of a vCenter, or one of them.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.reads
  - fedfleet.federation.vsphere
options:
  name:
    description: Name or id of the one library that is wanted.
    type: str
    default: ""
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: See which libraries there are
  fedfleet.federation.content_library_info: {}
  register: libraries
"""

RETURN = r"""
content_libraries:
  description: The libraries. One that is not there is an empty list, not a failure.
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
    type:
      description: V(LOCAL) or V(SUBSCRIBED).
      type: str
    description:
      description: What it is for.
      type: str
    subscription_url:
      description: What it subscribes to.
      type: str
    last_sync_time:
      description: When it was last synchronised. Empty where it never was.
      type: str
    items:
      description: How many items are in it.
      type: int
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
        from fedfleet.vsphere import content_libraries

        found = named_or_all(content_libraries, client, module.params["name"])
        shown = [
            one.settings()
            | {"id": one.id, "last_sync_time": one.last_sync_time or "", "items": len(content_libraries.items(client, one.id))}
            for one in found
        ]
    work.done(changed=False, content_libraries=shown)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
