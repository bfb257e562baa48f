#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: generated_secret
short_description: Makes passwords that are missing, in the cluster
description:
  - Sees to it that Secrets hold a password under each of the given keys.
  - What is missing is made from letters and digits. What is there is never changed.
  - The passwords are in no result, no diff and no log.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  namespace:
    description: The Secrets' namespace.
    type: str
    required: true
  secrets:
    description: The Secrets. All of them are made in one session, which is what takes the time.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The Secret's name.
        type: str
        required: true
      passwords:
        description: The keys, each with V(length), the number of characters; at least 16.
        type: dict
        required: true
  labels:
    description: Labels of a Secret, where it is made.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
    description: Says which passwords would be made.
  diff_mode:
    support: none
    description: Passwords are not shown.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Make the database's passwords
  fedfleet.federation.generated_secret:
    namespace: fate-30000
    secrets:
      - name: mysql-credentials
        passwords:
          password: {length: 32}
          root-password: {length: 32}
"""

RETURN = r"""
created:
  description: The keys that were made, or in check mode would be, each as V(secret/key).
  returned: success
  type: list
  elements: str
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, session

ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "namespace": {"type": "str", "required": True},
    # Names and lengths, not passwords: nothing to hide.
    "secrets": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "no_log": False,
        "options": {"name": {"type": "str", "required": True}, "passwords": {"type": "dict", "required": True, "no_log": False}},
    },
    "labels": {"type": "dict", "default": {}},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    labels = {key: str(value) for key, value in params["labels"].items()}
    with session(module) as client:
        from fedfleet.kube.passwords import Passwords, ensure

        try:
            wanted = [
                Passwords(
                    secret["name"], params["namespace"], {key: int(how["length"]) for key, how in secret["passwords"].items()}, labels
                )
                for secret in params["secrets"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            module.fail_json(msg=f"passwords: expected a length of at least 16 for each key, such as {{password: {{length: 32}}}}: {error}")
        created = [f"{secret.name}/{key}" for secret in wanted for key in ensure(client, secret, dry_run=module.check_mode)]
    module.exit_json(changed=bool(created), created=created)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
