#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: exchange_routes
short_description: Has every replica of the exchange serve the routes of the admitted cards
description:
  - Writes the routes that follow from the admitted cards to the ConfigMaps C(traffic-server-sni), C(nginx-config) and C(nginx-trust-*), from which
    replicas start.
  - Reloads the replicas that serve anything else, without a restart and without cutting tunnels, then asks each of them for each route until it
    serves them all and refuses what is no longer there. A replica that does not is named.
  - Every replica that the Deployments want must run. O(ask=false) writes the ConfigMaps only, so that it can run before the pods that mount them.
  - Replicas are pods with the label C(app.kubernetes.io/name) of C(traffic-server) or C(nginx).
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
  - fedfleet.federation.registration
  - fedfleet.federation.registration.exchange
options:
  ask:
    description:
      - Whether running replicas are reloaded and asked.
      - Without, only the ConfigMaps are written; the next M(fedfleet.federation.admit) finds the replicas that serve anything else.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Write the routes, and have every replica serve them
  fedfleet.federation.exchange_routes:
    namespace: fate-exchange
    federation: cancer-study
    domain: fate.example.org
"""

RETURN = r"""
table_id:
  description: A name for exactly these routes.
  returned: success
  type: str
  sample: 3f0c9a5be21d
routes:
  description: The routes.
  returned: success
  type: list
  elements: dict
  sample: [{party_id: "30000", kind: sni, match: 30000.fate.example.org, target: "203.0.113.30:6651"}]
replicas:
  description: What each replica was asked, and what was found. Empty in check mode and where nobody was asked.
  returned: always
  type: list
  elements: dict
  contains:
    replica:
      description: The pod; of replicas that do not run, the Deployment.
      type: str
    kind:
      description: Whether it routes by V(sni) or by V(header).
      type: str
    route:
      description: The party the route leads to; or C(table), C(unknown), C(removed) and what was removed; C(replicas) where some do not run.
      type: str
    ok:
      description: Whether it is as it must be.
      type: bool
    seconds:
      description: From the start of the reload until it was.
      type: float
    detail:
      description: What was found, in words.
      type: str
    admitted:
      description: Whether the party has taken up its admission, as far as the answer tells.
      type: bool
silent:
  description: Parties that no replica reaches, though their routes did not change. It is theirs to put right.
  returned: success
  type: list
  elements: str
seconds:
  description: How long it all took.
  returned: success
  type: float
exit_code:
  description: The exit code of C(fedfleet run), where a replica does not serve the routes.
  returned: failure
  type: int
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import fail, session
from ansible_collections.fedfleet.federation.plugins.module_utils.registration import (
    EXCHANGE_ARGUMENTS,
    exchange_settings,
    shown_changes,
    shown_findings,
    shown_routes,
)

ARGUMENTS: dict[str, Any] = EXCHANGE_ARGUMENTS | {"ask": {"type": "bool", "default": True}}


def run(module: AnsibleModule) -> None:
    with session(module, replicas=[]) as client:
        from fedfleet.exchange.reload import RouteError, reload_exchange
        from fedfleet.exchange.settings import AUTHORITY_SECRET
        from fedfleet.exit_codes import ExitCode

        settings = exchange_settings(module.params)
        if module.check_mode and client.get("Secret", AUTHORITY_SECRET, settings.namespace, api_version="v1") is None:
            # The CA is made by a task before this one, which did nothing in check mode.
            module.exit_json(changed=True, table_id="", routes=[], replicas=[], silent=[], seconds=0)
        try:
            done = reload_exchange(client, settings, timeout=module.params["timeout"], dry_run=module.check_mode, ask=module.params["ask"])
        except RouteError as error:
            fail(module, error, replicas=shown_findings(error.findings), exit_code=int(ExitCode.ROUTE_FAILED))
    module.exit_json(
        changed=done.changed,
        table_id=done.table.table_id,
        routes=shown_routes(done.table),
        replicas=shown_findings(done.findings),
        silent=sorted({finding.route for finding in done.verdict.silent}),
        seconds=done.seconds,
        diff=shown_changes(done.configuration.written),
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
