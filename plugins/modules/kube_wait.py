#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kube_wait
short_description: Waits until Kubernetes objects are ready or gone
description:
  - Waits until each object is what its kind is for - a StatefulSet has all its replicas updated and ready, a claim is bound, a LoadBalancer Service has an
    address. That an object exists is never enough, and a kind for which there is no such rule is an error.
  - Fails as soon as an object cannot become ready, with its status, its events and the last log lines of the failing container.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  objects:
    description: What to wait for.
    type: list
    elements: dict
    required: true
    suboptions:
      kind:
        description: The kind.
        type: str
        required: true
      name:
        description: The name.
        type: str
        required: true
      namespace:
        description: The namespace. Empty for the cluster's own objects.
        type: str
        default: ""
      api_version:
        description: The API version, where several groups have a kind of that name.
        type: str
        default: ""
  state:
    description: Whether to wait until the objects are V(ready) or until they are V(absent).
    type: str
    choices: [ready, absent]
    default: ready
  timeout:
    description: Seconds to wait at most.
    type: float
    default: 300
attributes:
  check_mode:
    support: full
    description: Does not wait, since what another task would apply is not there.
  diff_mode:
    support: none
    description: The module changes nothing.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Wait for the broker and its address
  fedfleet.federation.kube_wait:
    objects:
      - kind: StatefulSet
        name: pulsar
        namespace: fate-30000
      - kind: Service
        name: pulsar-public-tls
        namespace: fate-30000
    timeout: 600

- name: Wait until the namespace is gone
  fedfleet.federation.kube_wait:
    objects:
      - kind: Namespace
        name: fate-30000
    state: absent
"""

RETURN = r"""
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 12.4
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, session

ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "objects": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "kind": {"type": "str", "required": True},
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "default": ""},
            "api_version": {"type": "str", "default": ""},
        },
    },
    "state": {"type": "str", "choices": ["ready", "absent"], "default": "ready"},
    "timeout": {"type": "float", "default": 300},
}


def run(module: AnsibleModule) -> None:
    started = time.monotonic()
    with session(module) as client:
        from fedfleet.kube import ObjectRef
        from fedfleet.progress import report

        if not module.check_mode:
            refs = [ObjectRef(**wanted) for wanted in module.params["objects"]]
            wait = client.wait if module.params["state"] == "ready" else client.wait_gone
            wait(refs, module.params["timeout"], report)
    module.exit_json(changed=False, seconds=round(time.monotonic() - started, 1))


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
