#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: storage_policy
short_description: Makes and removes a storage policy on a tag
description:
  - Sees to it that there is a storage policy for datastores with a tag, that category and tag are there, and that the tag is on the given datastores.
  - Rules of a policy that is there are never changed, since that moves what is stored by it.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
options:
  name:
    description: Name of the policy.
    type: str
    required: true
  state:
    description: Whether it shall be there. With V(absent), tag and category go, too, where they were made by this module and nothing else needs them.
    type: str
    choices: [present, absent]
    default: present
  category:
    description: Category of the tag.
    type: str
    default: fedfleet-storage
  tag:
    description: The tag. When empty, the policy's name.
    type: str
    default: ""
  datastores:
    description: Names of datastores to put under the tag. Others that have it keep it.
    type: list
    elements: str
    default: []
  description:
    description: What it is for. Used when the policy is made.
    type: str
    default: ""
  adopt:
    description: Whether one that is there under another description is changed, or removed, too. With V(false) it is used where it is
      as wanted, refused where it is not, and never removed.
    type: bool
    default: true
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
- name: Make a policy for the mirrored datastore
  fedfleet.federation.storage_policy:
    name: fate-gold
    datastores: [mirrored]
"""

RETURN = r"""
storage_policy:
  description: The policy as it is, or would be. Empty where there is none.
  returned: success
  type: dict
  contains:
    id:
      description: Its id. Empty in check mode before it is made.
      type: str
    name:
      description: Its name.
      type: str
    description:
      description: What it is for.
      type: str
    storage_class:
      description: Name of the StorageClass that a Supervisor makes of it.
      type: str
    tags:
      description: Tags that a datastore has to have, by category.
      type: dict
tagged:
  description: Names of the datastores that got the tag, or would.
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

ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "category": {"type": "str", "default": "fedfleet-storage"},
    "tag": {"type": "str", "default": ""},
    "datastores": {"type": "list", "elements": "str", "default": []},
    "description": {"type": "str", "default": ""},
    "adopt": {"type": "bool", "default": True},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as (work, client):
        from fedfleet.vsphere import storage_profiles

        tag = params["tag"] or params["name"]
        if params["state"] == "absent":
            described = None if params["adopt"] else params["description"]
            outcome = storage_profiles.remove(
                client, params["name"], params["category"], tag, described=described, dry_run=module.check_mode
            )
        else:
            wanted = storage_profiles.Wanted(
                params["name"],
                params["category"],
                tag,
                tuple(params["datastores"]),
                params["description"],
            )
            outcome = storage_profiles.ensure(client, wanted, adopt=params["adopt"], dry_run=module.check_mode)
    before, after = ({} if one is None else one.settings() for one in (outcome.before, outcome.after))
    work.done(
        changed=outcome.changed,
        before=before,
        after=after | ({"tagged": list(outcome.tagged)} if outcome.tagged else {}),
        storage_policy=after | ({"id": outcome.after.id} if outcome.after else {}),
        tagged=list(outcome.tagged),
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
