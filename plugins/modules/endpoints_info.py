#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoints_info
short_description: Says where other sites reach the exchange
description:
  - Resolves the exchange's endpoints as M(fedfleet.federation.card) resolves a party's - as given, else as the Services say, whether they are of type
    LoadBalancer or NodePort or have external addresses.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  namespace:
    description: The exchange's namespace.
    type: str
    required: true
  domain:
    description: The federation's domain, which makes the endpoints' names.
    type: str
    required: true
  endpoints:
    description: Where the endpoints are.
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
            description: A Service in the namespace.
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
  timeout:
    description: Seconds to wait for the Services' addresses.
    type: float
    default: 120
attributes:
  check_mode:
    support: full
    description: Changes nothing in any case. While the Services are still to be made, there are no endpoints.
  diff_mode:
    support: none
    description: Changes nothing.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Learn where the exchange is
  fedfleet.federation.endpoints_info:
    namespace: fate-exchange
    domain: fate.example.org
    endpoints:
      broker: {service: traffic-server}
      coordination: {service: nginx}
"""

RETURN = r"""
endpoints:
  description: Where the exchange is, by endpoint. Empty in check mode before its Services are made.
  returned: success
  type: dict
  sample:
    broker: {address: 203.0.113.1, port: 443, server_name: proxy.fate.example.org}
    coordination: {address: 203.0.113.2, port: 9443, server_name: exchange.fate.example.org}
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, session
from ansible_collections.fedfleet.federation.plugins.module_utils.registration import ENDPOINTS_ARGUMENT, sources

ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "namespace": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
    "endpoints": ENDPOINTS_ARGUMENT,
    "timeout": {"type": "float", "default": 120},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as client:
        from fedfleet.federation.names import ENDPOINT_NAMES, exchange_server_name
        from fedfleet.registration.endpoints import resolve

        wanted = sources(params["endpoints"])
        services = {source.service for source in wanted.values() if source.service}
        if module.check_mode and not all(client.get("Service", name, params["namespace"], api_version="v1") for name in services):
            # They are made by a task before this one, which did nothing in check mode.
            module.exit_json(changed=False, endpoints={})
        names = {name: exchange_server_name(name, params["domain"]) for name in ENDPOINT_NAMES}
        found = resolve(client, params["namespace"], wanted, names, params["timeout"])
    shown = {one.name: {"address": one.address, "port": one.port, "server_name": one.server_name} for one in found}
    module.exit_json(changed=False, endpoints=shown)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
