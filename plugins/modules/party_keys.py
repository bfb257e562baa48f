#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: party_keys
short_description: Makes a party's keys, once, in its own cluster
description:
  - Sees to it that the Secrets C(pulsar-cert) and C(nginx-cert) hold an RSA key each, with a self-signed certificate of it until the party is admitted.
  - A key that is there is never changed, and never leaves the cluster but for the memory of this module. It is in no result, no diff and no log.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  namespace:
    description: The party's namespace, which must exist.
    type: str
    required: true
  party_id:
    description: The party's id.
    type: str
    required: true
  domain:
    description: The federation's domain.
    type: str
    required: true
attributes:
  check_mode:
    support: full
    description: Says which Secrets would be written.
  diff_mode:
    support: full
    description: Shows the names of keys in the Secrets, and nothing of what they hold.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Make the party's keys
  fedfleet.federation.party_keys:
    namespace: fate-30000
    party_id: "30000"
    domain: fate.example.org
"""

RETURN = r"""
written:
  description: The Secrets that had to be written.
  returned: success
  type: list
  elements: str
  sample: [pulsar-cert, nginx-cert]
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, session
from ansible_collections.fedfleet.federation.plugins.module_utils.registration import shown_changes

ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "namespace": {"type": "str", "required": True},
    "party_id": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as client:
        from datetime import UTC, datetime

        from fedfleet.registration.secrets import ensure_keys

        done = ensure_keys(client, params["namespace"], params["party_id"], params["domain"], datetime.now(UTC), dry_run=module.check_mode)
    written = [secret.name for secret in done if secret.changed]
    module.exit_json(changed=bool(written), written=written, diff=shown_changes(done))


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
