#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: admission
short_description: Has a party take up its admission
description:
  - Verifies an admission - that the CA it brings signed it, that its certificates are for this party's own keys and names, that its roster is not older than
    the one the party has, and that the CA is the one the party knows, if it knows one.
  - Stores the certificates beside the keys, has the running nginx and Pulsar take them up without a restart, and sees that they did.
  - Without an admission it says what the party has. A roster may come alone, which is how a party learns that it was removed.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
  - fedfleet.federation.registration
options:
  party_id:
    description: The party's id.
    type: str
    required: true
  admission:
    description: The admission, as M(fedfleet.federation.admit) returns it. An empty one counts as none.
    type: dict
    default: {}
  admission_file:
    description: A file with the admission. A file that is not there counts as none.
    type: path
    default: ""
  roster:
    description: A roster, as M(fedfleet.federation.admit) returns it.
    type: dict
    default: {}
  roster_file:
    description: A file with a roster. A file that is not there counts as none.
    type: path
    default: ""
  fingerprint:
    description: The admission's fingerprint as the exchange's operator read it out. The admission must have it.
    type: str
    default: ""
  timeout:
    description: Seconds until each running program must show its new certificate.
    type: float
    default: 90
"""

EXAMPLES = r"""
- name: Take up the admission, if it has come
  fedfleet.federation.admission:
    namespace: fate-30000
    federation: cancer-study
    domain: fate.example.org
    party_id: "30000"
    admission_file: admission.yaml
  register: standing

- name: Say where the party stands
  ansible.builtin.debug:
    msg: "{{ standing.state }}"
"""

RETURN = r"""
state:
  description: Where the party stands - V(awaiting-admission), V(admitted) or V(removed).
  returned: success
  type: str
roster:
  description: The roster the party has. Empty before its first admission.
  returned: success
  type: dict
exchange:
  description: Where the exchange is, by endpoint. Empty before the first admission.
  returned: success
  type: dict
  sample:
    broker: {address: 203.0.113.1, port: 443, server_name: proxy.fate.example.org}
    coordination: {address: 203.0.113.2, port: 9443, server_name: exchange.fate.example.org}
fingerprint:
  description: The admission's fingerprint.
  returned: success
  type: str
certificates:
  description: What the party's certificates say, as of M(fedfleet.federation.exchange_ca).
  returned: success
  type: list
  elements: dict
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import session
from ansible_collections.fedfleet.federation.plugins.module_utils.registration import SITE_ARGUMENTS, shown_certificates, shown_changes

if TYPE_CHECKING:
    from fedfleet.federation.documents import Document
    from fedfleet.registration.admission import Standing

ARGUMENTS: dict[str, Any] = SITE_ARGUMENTS | {
    "party_id": {"type": "str", "required": True},
    "admission": {"type": "dict", "default": {}},
    "admission_file": {"type": "path", "default": ""},
    "roster": {"type": "dict", "default": {}},
    "roster_file": {"type": "path", "default": ""},
    "fingerprint": {"type": "str", "default": ""},
    "timeout": {"type": "float", "default": 90},
}


def document(module: AnsibleModule, kind: type[Document], option: str) -> Any:
    """The document that an option or its file holds; None where there is none."""
    from pathlib import Path

    given, path = module.params[option], module.params[f"{option}_file"]
    if given:
        return kind.checked(given, f"{option} of the inventory")
    if not path or not Path(path).is_file():
        return None
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        module.fail_json(msg=f"The {option} {path} cannot be read: {error}. Next: ask the exchange's operator for the file again.")
    return kind.read(text, path)


def exchange(standing: Standing) -> dict[str, Any]:
    if standing.roster is None:
        return {}
    return {
        endpoint.name: {"address": endpoint.address, "port": endpoint.port, "server_name": endpoint.server_name}
        for endpoint in standing.roster.exchange
    }


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as client:
        from datetime import UTC, datetime

        from fedfleet.federation.admission import Admission
        from fedfleet.federation.roster import Roster
        from fedfleet.registration.admission import Party, apply_admission
        from fedfleet.registration.secrets import LAYOUTS
        from fedfleet.registration.uptake import Uptake

        admission, roster = document(module, Admission, "admission"), document(module, Roster, "roster")
        secrets = [layout.name for layout in LAYOUTS.values()]
        if module.check_mode and not all(client.get("Secret", name, params["namespace"], api_version="v1") for name in secrets):
            # The keys are made by a task before this one, which did nothing in check mode.
            module.exit_json(
                changed=admission is not None, state="awaiting-admission", roster={}, exchange={}, fingerprint="", certificates=[]
            )
        now = datetime.now(UTC)
        party = Party(params["namespace"], params["federation"], params["domain"], params["party_id"])
        standing = apply_admission(
            client,
            party,
            admission,
            now,
            fingerprint=params["fingerprint"],
            roster=roster,
            uptake=Uptake(timeout=params["timeout"]),
            dry_run=module.check_mode,
        )
        module.exit_json(
            changed=standing.changed,
            state=str(standing.state),
            roster=standing.roster.content() if standing.roster else {},
            exchange=exchange(standing),
            fingerprint=standing.admission.fingerprint if standing.admission else "",
            certificates=shown_certificates(standing.certificates, now),
            diff=shown_changes(standing.written),
        )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
