#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: admit
short_description: Admits parties to the federation, or removes them, and proves it at every replica
description:
  - Reads cards, holds them against the federation, against each other and against those admitted before, and signs certificates for the keys in them.
    If any card is not acceptable, nothing is touched, and all that is wrong is said at once, by name.
  - Stores each admitted card as an object of its own, so that two operators who admit two parties at the same time lose nothing.
  - Has every replica of the exchange serve the routes, as M(fedfleet.federation.exchange_routes) does, and asks each of them.
  - A party counts as admitted once every replica has reached it where its card says. A run that cannot prove this fails, and so does every later one that
    brings the card; the card stays stored as not proven, and there is no admission.
  - Keeps the roster of all parties and makes what goes back to each of them, an admission. Certificates stay what they are until a card asks for others,
    or fewer than 60 days are left.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
  - fedfleet.federation.registration
  - fedfleet.federation.registration.exchange
options:
  cards:
    description: Cards as M(fedfleet.federation.card) returns them, where parties are in the same inventory. Cards admitted before stay admitted.
    type: list
    elements: dict
    default: []
  card_files:
    description: Files with cards.
    type: list
    elements: path
    default: []
  fingerprints:
    description: Fingerprints that parties have read out, by party id. A card of a party listed here must have that fingerprint.
    type: dict
    default: {}
  removed_parties:
    description: Parties that must not be in. Their routes are refused at once, and the roster tells the others. Their cards are put aside.
    type: list
    elements: str
    default: []
  exchange_endpoints:
    description: Where parties reach the exchange.
    type: dict
    required: true
    suboptions:
      broker: &source
        description: Either an address and port, or a Service. Of address and port, one may be given to override what the Service says.
        type: dict
        required: true
        suboptions:
          address:
            description: IP address or host name.
            type: str
            default: ""
          port:
            description: Port.
            type: int
            default: 0
          service:
            description: A Service of type LoadBalancer or NodePort in the namespace.
            type: str
            default: ""
          service_port:
            description: Which of the Service's ports. 0 takes its only one.
            type: int
            default: 0
          node_address:
            description: Where a Service of type NodePort is reached. Empty takes the first ready node, for which nodes must be readable.
            type: str
            default: ""
          server_name:
            description: Not used. The federation's domain makes the name.
            type: str
            default: ""
      coordination: *source
  admissions_dir:
    description: A folder to write each party's admission (C(<party>.yaml)) and the roster (C(roster.yaml)) to.
    type: path
    default: ""
  party_ports:
    description: The ports that the exchange forwards to. A card that names another is refused. Empty for any.
    type: list
    elements: dict
    default: []
    suboptions:
      first:
        description: First port of the range.
        type: int
        required: true
      last:
        description: Last port of the range.
        type: int
        required: true
  forbidden_networks:
    description: Networks no route may lead to, such as the exchange's own management networks.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Admit the parties whose cards have come
  fedfleet.federation.admit:
    namespace: fate-exchange
    federation: cancer-study
    domain: fate.example.org
    card_files: [cards/30000.yaml, cards/40000.yaml]
    fingerprints:
      "40000": ABCD-EFGH-JKLM-NPQR
    exchange_endpoints:
      broker: {service: traffic-server, service_port: 443}
      coordination: {service: nginx, service_port: 9443}
    admissions_dir: admissions

- name: Remove a party
  fedfleet.federation.admit:
    namespace: fate-exchange
    federation: cancer-study
    domain: fate.example.org
    removed_parties: ["40000"]
    exchange_endpoints:
      broker: {address: 203.0.113.1, port: 443}
      coordination: {address: 203.0.113.2, port: 9443}
"""

RETURN = r"""
admissions:
  description: What each admitted party gets back, by party id. Empty in check mode.
  returned: success
  type: dict
roster:
  description: The roster, signed by the CA.
  returned: success
  type: dict
admitted:
  description: Parties whose card or certificates are new.
  returned: success
  type: list
  elements: str
removed:
  description: Parties that were in and are out now.
  returned: success
  type: list
  elements: str
table_id:
  description: A name for exactly these routes.
  returned: success
  type: str
routes:
  description: The routes, as of M(fedfleet.federation.exchange_routes).
  returned: success
  type: list
  elements: dict
replicas:
  description: What each replica was asked, and what was found, as of M(fedfleet.federation.exchange_routes).
  returned: always
  type: list
  elements: dict
silent:
  description: Parties that no replica reaches, though their routes did not change.
  returned: success
  type: list
  elements: str
unproven:
  description: Parties whose stored cards no replica could follow yet. They get no admission.
  returned: success
  type: list
  elements: str
seconds:
  description: From the admission to the last replica's last answer.
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

import ipaddress
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import fail, session
from ansible_collections.fedfleet.federation.plugins.module_utils.registration import (
    ENDPOINTS_ARGUMENT,
    EXCHANGE_ARGUMENTS,
    exchange_settings,
    shown_changes,
    shown_findings,
    shown_routes,
    sources,
    write_text,
)

if TYPE_CHECKING:
    from fedfleet.kube import Client
    from fedfleet.registration.admit import Outcome
    from fedfleet.registration.intake import Received, Rules

ARGUMENTS: dict[str, Any] = EXCHANGE_ARGUMENTS | {
    "cards": {"type": "list", "elements": "dict", "default": []},
    "card_files": {"type": "list", "elements": "path", "default": []},
    "fingerprints": {"type": "dict", "default": {}},
    "removed_parties": {"type": "list", "elements": "str", "default": []},
    "exchange_endpoints": ENDPOINTS_ARGUMENT,
    "admissions_dir": {"type": "path", "default": ""},
    "party_ports": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"first": {"type": "int", "required": True}, "last": {"type": "int", "required": True}},
    },
    "forbidden_networks": {"type": "list", "elements": "str", "default": []},
}


def received(module: AnsibleModule) -> list[Received]:
    from pathlib import Path

    from fedfleet.registration.intake import Received

    given = [Received(f"card {number} of the inventory", card) for number, card in enumerate(module.params["cards"], 1)]
    for path in module.params["card_files"]:
        try:
            given.append(Received(path, Path(path).read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            module.fail_json(msg=f"The card {path} cannot be read: {error}. Next: name a readable file in card_files.")
    return given


def rules(module: AnsibleModule, client: Client) -> Rules:
    from datetime import UTC, datetime

    from fedfleet.federation.addresses import PortRange
    from fedfleet.federation.names import ENDPOINT_NAMES, exchange_server_name
    from fedfleet.registration.endpoints import resolve
    from fedfleet.registration.intake import Rules

    params = module.params
    try:
        forbidden = [ipaddress.ip_network(network) for network in params["forbidden_networks"]]
    except ValueError as error:
        module.fail_json(msg=f"forbidden_networks: expected networks such as 10.0.0.0/8: {error}")
    names = {name: exchange_server_name(name, params["domain"]) for name in ENDPOINT_NAMES}
    return Rules(
        params["federation"],
        params["domain"],
        resolve(client, params["namespace"], sources(params["exchange_endpoints"]), names, params["timeout"]),
        datetime.now(UTC),
        forbidden,
        {str(party): str(fingerprint) for party, fingerprint in params["fingerprints"].items()},
        frozenset(params["removed_parties"]),
        [PortRange(ports["first"], ports["last"]) for ports in params["party_ports"]],
    )


def write_files(module: AnsibleModule, outcome: Outcome) -> bool:
    folder = module.params["admissions_dir"]
    if not folder:
        return False
    texts = {f"{party}.yaml": admission.text() for party, admission in outcome.admissions.items()}
    if outcome.roster is not None:
        texts["roster.yaml"] = outcome.roster.text()
    # All of them are written, whichever was the first to change.
    rewritten = [write_text(f"{folder}/{name}", text, check_mode=module.check_mode) for name, text in texts.items()]
    return any(rewritten)


def run(module: AnsibleModule) -> None:
    with session(module, replicas=[]) as client:
        from fedfleet.exchange.reload import RouteError
        from fedfleet.exchange.settings import AUTHORITY_SECRET
        from fedfleet.exit_codes import ExitCode
        from fedfleet.registration.admit import admit

        settings = exchange_settings(module.params)
        if module.check_mode and client.get("Secret", AUTHORITY_SECRET, settings.namespace, api_version="v1") is None:
            # The CA is made by a task before this one, which did nothing in check mode.
            module.exit_json(
                changed=True, admissions={}, roster={}, admitted=[], removed=[], table_id="", routes=[], replicas=[], silent=[], unproven=[],
                seconds=0,
            )  # fmt: skip
        try:
            outcome = admit(
                client,
                settings,
                received(module),
                rules(module, client),
                timeout=module.params["timeout"],
                dry_run=module.check_mode,
            )
        except RouteError as error:
            fail(module, error, replicas=shown_findings(error.findings), exit_code=int(ExitCode.ROUTE_FAILED))
        rewritten = write_files(module, outcome)
        done = outcome.reloaded
        module.exit_json(
            changed=outcome.changed or rewritten,
            admissions={party: admission.content() for party, admission in outcome.admissions.items()},
            roster=outcome.roster.content() if outcome.roster else {},
            admitted=list(outcome.admitted),
            removed=list(outcome.removed),
            table_id=done.table.table_id,
            routes=shown_routes(done.table),
            replicas=shown_findings(done.findings),
            silent=sorted({finding.route for finding in done.verdict.silent}),
            unproven=list(outcome.unproven),
            seconds=done.seconds,
            diff=shown_changes(done.configuration.written),
        )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
