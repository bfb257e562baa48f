#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: routes_info
short_description: Asks every replica of the exchange which routes it serves
description:
  - Asks each running replica, through a tunnel to that very pod, for each route of the admitted cards, for a name and a party that do not exist, and
    for the table it serves. A replica that its Deployment wants and that does not run is a failure. Changes nothing and waits for nothing.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
  - fedfleet.federation.registration
options:
  resolver:
    description: As of M(fedfleet.federation.exchange_routes).
    type: str
    default: kube-dns.kube-system.svc.cluster.local
"""

EXAMPLES = r"""
- name: Ask the replicas
  fedfleet.federation.routes_info:
    namespace: fate-exchange
    federation: cancer-study
    domain: fate.example.org
  register: routes

- name: Say which replica lacks what
  ansible.builtin.debug:
    msg: "{{ routes.replicas | rejectattr('ok') }}"
"""

RETURN = r"""
table_id:
  description: A name for exactly these routes.
  returned: success
  type: str
routes:
  description: The routes of the admitted cards, as of M(fedfleet.federation.exchange_routes).
  returned: success
  type: list
  elements: dict
replicas:
  description: What each replica was asked, and what was found, as of M(fedfleet.federation.exchange_routes).
  returned: success
  type: list
  elements: dict
failures:
  description: In words, what a replica does wrong, and which parties no replica reaches.
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
    shown_findings,
    shown_routes,
)

ARGUMENTS: dict[str, Any] = SITE_ARGUMENTS | {"resolver": {"type": "str", "default": "kube-dns.kube-system.svc.cluster.local"}}


def run(module: AnsibleModule) -> None:
    with session(module) as client:
        from fedfleet.exchange.findings import judge
        from fedfleet.exchange.reload import ask_exchange

        table, findings = ask_exchange(client, exchange_settings(module.params))
        verdict = judge(findings, ())
    module.exit_json(
        changed=False,
        table_id=table.table_id,
        routes=shown_routes(table),
        replicas=shown_findings(findings),
        failures=[str(finding) for finding in (*verdict.failures, *verdict.silent)],
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
