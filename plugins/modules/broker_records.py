#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: broker_records
short_description: Keeps what a party's broker knows of the others in step with the roster
description:
  - FATE writes every partner down in its broker at first use, and neither corrects nor removes it later.
  - Drops the records of parties that the roster says are removed, and corrects those that do not lead through the exchange as it is now.
  - Records of parties that are on no roster are left alone, and named.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  namespace:
    description: The party's namespace, with the roster that M(fedfleet.federation.admission) stored.
    type: str
    required: true
  party_id:
    description: The party's own id.
    type: str
    required: true
  admin_service:
    description: The Service of the broker's admin API.
    type: str
    default: pulsar
  admin_host:
    description:
      - Of a Pulsar that is the site's own, the host of its admin API. It is asked from inside the pod of FATE Flow, which reaches it as FATE does.
      - Such a broker is led to the exchange's address, because it does not know the cluster's names.
    type: str
    default: ""
  admin_port:
    description: The port of the admin API.
    type: int
    default: 8080
  broker_cluster:
    description: What the broker calls its own cluster.
    type: str
    default: standalone
  exchange_service:
    description: The Service in the namespace under which the broker reaches the exchange.
    type: str
    default: exchange-broker
  cluster_domain:
    description: The cluster's DNS domain.
    type: str
    default: cluster.local
attributes:
  check_mode:
    support: full
    description: Says which records would be dropped or corrected.
  diff_mode:
    support: none
    description: The names of the parties are in the result.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Have the broker forget parties that are gone
  fedfleet.federation.broker_records:
    namespace: fate-30000
    party_id: "30000"
"""

RETURN = r"""
dropped:
  description: Removed parties that the broker still knew.
  returned: success
  type: list
  elements: str
corrected:
  description: Parties to which the broker did not go through the exchange as it is now.
  returned: success
  type: list
  elements: str
unknown:
  description: Parties that the broker knows and the roster does not.
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
    "party_id": {"type": "str", "required": True},
    "admin_service": {"type": "str", "default": "pulsar"},
    "admin_host": {"type": "str", "default": ""},
    "admin_port": {"type": "int", "default": 8080},
    "broker_cluster": {"type": "str", "default": "standalone"},
    "exchange_service": {"type": "str", "default": "exchange-broker"},
    "cluster_domain": {"type": "str", "default": "cluster.local"},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as client:
        from fedfleet.registration.admission import read_roster
        from fedfleet.registration.broker_records import BrokerPlace, reconcile_records

        place = BrokerPlace(
            params["namespace"],
            params["party_id"],
            service=params["admin_service"],
            port=params["admin_port"],
            exchange_service=params["exchange_service"],
            cluster_domain=params["cluster_domain"],
            host=params["admin_host"],
            cluster=params["broker_cluster"],
        )
        roster = read_roster(client, params["namespace"])
        if roster is None:
            # Before its admission a party knows nobody.
            module.exit_json(changed=False, dropped=[], corrected=[], unknown=[])
        done = reconcile_records(client, place, roster, dry_run=module.check_mode)
    module.exit_json(changed=done.changed, dropped=list(done.dropped), corrected=list(done.corrected), unknown=list(done.unknown))


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
