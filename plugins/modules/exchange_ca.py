#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: exchange_ca
short_description: Makes the federation's CA and the exchange's own certificates
description:
  - Makes the CA once, in the Secret C(fedfleet-ca) of the exchange's namespace, and never again. It can sign for names below the federation's domain only.
  - Makes the certificates of the exchange's nginx (C(nginx-cert)) and of its probe (C(probe-cert)), and renews them when fewer than 60 days are left.
    Running replicas take a renewed certificate up at once.
  - Traffic Server gets no certificate. It tunnels by server name, and without a certificate it can do nothing else.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
  - fedfleet.federation.registration
"""

EXAMPLES = r"""
- name: Make the federation's CA and the exchange's certificates
  fedfleet.federation.exchange_ca:
    namespace: fate-exchange
    federation: cancer-study
    domain: fate.example.org
"""

RETURN = r"""
ca:
  description: The CA's certificate (PEM). Empty in check mode before it is made.
  returned: success
  type: str
certificates:
  description: What each certificate says.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The Secret.
      type: str
    subject:
      description: The name it is for.
      type: str
    not_after:
      description: Its last moment.
      type: str
    days_left:
      description: Days until then.
      type: int
written:
  description: The Secrets that had to be written.
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

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import session
from ansible_collections.fedfleet.federation.plugins.module_utils.registration import (
    SITE_ARGUMENTS,
    exchange_settings,
    shown_certificates,
    shown_changes,
)

ARGUMENTS: dict[str, Any] = SITE_ARGUMENTS


def run(module: AnsibleModule) -> None:
    with session(module) as client:
        from datetime import UTC, datetime

        from fedfleet.exchange.authority import ensure_own_certificates

        now = datetime.now(UTC)
        own = ensure_own_certificates(client, exchange_settings(module.params), now, dry_run=module.check_mode)
        module.exit_json(
            changed=own.changed,
            ca=own.authority,
            certificates=shown_certificates(own.facts, now),
            written=[done.name for done in own.written if done.changed],
            diff=shown_changes(own.written),
        )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
