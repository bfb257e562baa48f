#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: content_library
short_description: Makes, changes, synchronises and removes a content library
description:
  - Sees to it that vCenter has a content library of this name, local or subscribed to another one. What is not given is left as it is.
  - Before it subscribes, vCenter is asked to look at the other side; a certificate that it does not trust is reported with its thumbprint.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
options:
  name:
    description: Name of the library.
    type: str
    required: true
  state:
    description: Whether it shall be there. V(absent) removes its files, too.
    type: str
    choices: [present, absent]
    default: present
  datastore:
    description: Name of the datastore that keeps its files. Needed where the library is to be made, never changed after.
    type: str
    default: ""
  description:
    description: What it is for.
    type: str
  subscription_url:
    description: Address of the C(lib.json) to subscribe to. When empty, the library is local.
    type: str
    default: ""
  on_demand:
    description: Whether files are fetched only when they are used. A new library does.
    type: bool
  automatic_sync:
    description: Whether vCenter synchronises it by itself. It does with a new library.
    type: bool
  ssl_thumbprint:
    description: Thumbprint of the other side's certificate, which then is compared with it instead of verified.
    type: str
    default: ""
  subscription_ca:
    description: PEM certificate of the other side, compared likewise. vSphere 9 and later.
    type: str
    default: ""
  subscription_username:
    description: User to subscribe as, where the other side wants one.
    type: str
    default: ""
  subscription_password:
    description: That user's password.
    type: str
    default: ""
  adopt:
    description: Whether one that is there under another description is changed, or removed, too. With V(false) it is used where it is
      as wanted, refused where it is not, and never removed.
    type: bool
    default: true
  sync:
    description: Whether to synchronise a subscribed library now and wait for it. A new one is in any case where this is true.
    type: bool
    default: false
  timeout:
    description: Seconds to wait at most for the synchronisation.
    type: float
    default: 900
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
- name: Subscribe to the releases of Kubernetes
  fedfleet.federation.content_library:
    name: kubernetes-releases
    datastore: vsanDatastore
    subscription_url: https://releases.example.org/lib.json
    sync: true
"""

RETURN = r"""
content_library:
  description: The library as it is, or would be. Empty where there is none.
  returned: success
  type: dict
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
    "datastore": {"type": "str", "default": ""},
    "description": {"type": "str"},
    "adopt": {"type": "bool", "default": True},
    "subscription_url": {"type": "str", "default": ""},
    "on_demand": {"type": "bool"},
    "automatic_sync": {"type": "bool"},
    "ssl_thumbprint": {"type": "str", "default": ""},
    "subscription_ca": {"type": "str", "default": ""},
    "subscription_username": {"type": "str", "default": ""},
    "subscription_password": {"type": "str", "default": "", "no_log": True},
    "sync": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 900},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as (work, client):
        from fedfleet.progress import report
        from fedfleet.vsphere import content_libraries, inventory

        if params["state"] == "absent":
            described = None if params["adopt"] else params["description"]
            outcome = content_libraries.remove(client, params["name"], described=described, dry_run=module.check_mode)
        else:
            place = inventory.datastores(client, [params["datastore"]] if params["datastore"] else [])
            wanted = content_libraries.Wanted(
                params["name"],
                datastore=place.get(params["datastore"], ""),
                description=params["description"],
                url=params["subscription_url"],
                on_demand=params["on_demand"],
                automatic_sync=params["automatic_sync"],
                ssl_thumbprint=params["ssl_thumbprint"],
                ca_pem=params["subscription_ca"],
                username=params["subscription_username"],
                password=params["subscription_password"],
            )
            outcome = content_libraries.ensure(client, wanted, adopt=params["adopt"], dry_run=module.check_mode)
        after, synchronised = outcome.after, False
        if after is not None and params["sync"] and after.type == "SUBSCRIBED" and not module.check_mode:
            synchronised = content_libraries.items(client, after.id) == [] or outcome.changed
            after = content_libraries.sync(client, after, params["timeout"], report)
    shown = {} if after is None else after.settings() | {"id": after.id, "last_sync_time": after.last_sync_time or ""}
    work.done(
        # Fetching what is new there is what a library does all the time; that it was filled at all is a change.
        changed=outcome.changed or synchronised,
        before=outcome.before.settings() if outcome.before else {},
        after=after.settings() if after else {},
        content_library=shown,
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
