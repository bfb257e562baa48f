#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kube_info
short_description: Reads Kubernetes objects
description:
  - Returns one object by name, or all objects of a kind that fit the selectors. What is not there is an empty list, not a failure.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.reads
  - fedfleet.federation.kube
options:
  kind:
    description: The kind, its plural or its short name.
    type: str
    required: true
  api_version:
    description: The API version, where several groups have a kind of that name.
    type: str
    default: ""
  name:
    description: Name of the one object that is wanted.
    type: str
    default: ""
  namespace:
    description: Namespace to look in. When empty, the context's for a name, and all namespaces otherwise.
    type: str
    default: ""
  label_selectors:
    description: Label selectors that all have to fit, such as V(app=nginx) or V(app).
    type: list
    elements: str
    default: []
  field_selectors:
    description: Field selectors that all have to fit, such as V(status.phase=Running).
    type: list
    elements: str
    default: []
  metadata_only:
    description:
      - Whether only apiVersion, kind and metadata are returned.
      - Use it for Secrets where only their presence counts, so that their values are never in a result.
    type: bool
    default: false
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Read the addresses of the exchange
  fedfleet.federation.kube_info:
    kind: Service
    namespace: fate-exchange
    label_selectors:
      - app.kubernetes.io/name=traffic-server
  register: services

- name: See whether the keys are there
  fedfleet.federation.kube_info:
    kind: Secret
    name: pulsar-cert
    namespace: fate-30000
    metadata_only: true
"""

RETURN = r"""
resources:
  description: The objects that were found.
  returned: success
  type: list
  elements: dict
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, session

ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "kind": {"type": "str", "required": True},
    "api_version": {"type": "str", "default": ""},
    "name": {"type": "str", "default": ""},
    "namespace": {"type": "str", "default": ""},
    "label_selectors": {"type": "list", "elements": "str", "default": []},
    "field_selectors": {"type": "list", "elements": "str", "default": []},
    "metadata_only": {"type": "bool", "default": False},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as client:
        version, place = params["api_version"] or None, params["namespace"] or None
        if params["name"]:
            single = client.get(params["kind"], params["name"], place, version)
            found = [single] if single is not None else []
        else:
            labels, fields = ",".join(params["label_selectors"]), ",".join(params["field_selectors"])
            found = client.list(params["kind"], place, labels, version, fields)
        from fedfleet.kube import shown

        found = [shown(obj, metadata_only=params["metadata_only"]) for obj in found]
    module.exit_json(changed=False, resources=found)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
