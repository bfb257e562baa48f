#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: card
short_description: Makes a party's card
description:
  - Makes the card that a party sends to the exchange - its id, organisation, endpoints and certificate requests, signed with its own key.
    There is no secret in it.
  - Addresses come from the party's public Services, unless they are given.
  - The card has a number, which grows when anything in the card changes; otherwise the card stays what it was, to the letter.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
  - fedfleet.federation.registration
options:
  party_id:
    description: The party's id.
    type: str
    required: true
  organisation:
    description: The organisation's name, for people.
    type: str
    required: true
  engine:
    description: The federated-learning engine.
    type: str
    default: fate
  endpoints:
    description: Where other sites reach this party.
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
            description: Not used. The federation's domain and the party's id make the name.
            type: str
            default: ""
      coordination: *source
  path:
    description: A file to write the card to, as well.
    type: path
    default: ""
  timeout:
    description: Seconds to wait for the Services' addresses.
    type: float
    default: 120
"""

EXAMPLES = r"""
- name: Make the card
  fedfleet.federation.card:
    namespace: fate-30000
    federation: cancer-study
    domain: fate.example.org
    party_id: "30000"
    organisation: City Hospital
    endpoints:
      broker: {service: pulsar-public-tls, service_port: 6651}
      coordination: {address: 203.0.113.30, port: 9443}
    path: artifacts/cards/30000.yaml
"""

RETURN = r"""
card:
  description: The card. Empty in check mode before the party has keys.
  returned: success
  type: dict
fingerprint:
  description: Its fingerprint, to be read out over the phone.
  returned: success
  type: str
  sample: ABCD-EFGH-JKLM-NPQR
serial:
  description: Its number.
  returned: success
  type: int
path:
  description: The file it was written to.
  returned: success
  type: str
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import session
from ansible_collections.fedfleet.federation.plugins.module_utils.registration import (
    ENDPOINTS_ARGUMENT,
    SITE_ARGUMENTS,
    shown_changes,
    sources,
    write_text,
)

ARGUMENTS: dict[str, Any] = SITE_ARGUMENTS | {
    "party_id": {"type": "str", "required": True},
    "organisation": {"type": "str", "required": True},
    "engine": {"type": "str", "default": "fate"},
    "endpoints": ENDPOINTS_ARGUMENT,
    "path": {"type": "path", "default": ""},
    "timeout": {"type": "float", "default": 120},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as client:
        from fedfleet.federation.documents import checked
        from fedfleet.federation.site import Site
        from fedfleet.registration.card import make_card
        from fedfleet.registration.secrets import LAYOUTS

        described = {name: params[name] for name in ("federation", "domain", "organisation", "party_id", "engine")} | {"kind": "party"}
        site = checked(Site, described, "inventory", "The party is not described well", "Correct the inventory")
        secrets = [layout.name for layout in LAYOUTS.values()]
        if module.check_mode and not all(client.get("Secret", name, params["namespace"], api_version="v1") for name in secrets):
            # The keys are made by a task before this one, which did nothing in check mode.
            module.exit_json(changed=True, card={}, fingerprint="", serial=0, path=params["path"])
        made = make_card(
            client, params["namespace"], site, sources(params["endpoints"]), timeout=params["timeout"], dry_run=module.check_mode
        )
    rewritten = bool(params["path"]) and write_text(params["path"], made.card.text(), check_mode=module.check_mode)
    module.exit_json(
        changed=made.written.changed or rewritten,
        card=made.card.content(),
        fingerprint=made.card.fingerprint,
        serial=made.card.serial,
        path=params["path"],
        diff=shown_changes([made.written]),
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
