#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Holds a cluster against what a site will ask of it
description:
  - Asks the cluster for nodes, CPU, memory, StorageClasses, an IngressClass or a namespace, as far as the options below name them.
  - Fails with everything that is missing at once, each with what was needed, what is there and what to do. Changes nothing.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  namespace:
    description: The site's namespace.
    type: str
    default: ""
  namespace_required:
    description: Whether the namespace must be there already, because the platform team makes it.
    type: bool
    default: false
  cluster_admin:
    description: Whether objects outside the namespace may be read. Where they may not, nodes are taken as they are.
    type: bool
    default: true
  sizing:
    description: Least the ready nodes that take pods must have to give away.
    type: dict
    suboptions:
      nodes:
        description: How many there must be.
        type: int
        required: true
      cores:
        description: CPU cores in total.
        type: float
        required: true
      memory_gib:
        description: GiB of memory in total.
        type: float
        required: true
  storage_classes:
    description: StorageClass by intent. An empty name takes the cluster's default class.
    type: dict
  storage_created:
    description: Classes that are made later, and need not be there yet.
    type: list
    elements: str
    default: []
  storage_expansion:
    description: Whether the volumes of each class must be able to grow.
    type: bool
    default: true
  ingress_class:
    description: An IngressClass that must be there.
    type: str
    default: ""
attributes:
  check_mode:
    support: full
    description: The module changes nothing.
  diff_mode:
    support: none
    description: The module changes nothing.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Hold the cluster against what a party needs
  fedfleet.federation.preflight:
    kubeconfig: /etc/fedfleet/kubeconfig
    sizing:
      nodes: 3
      cores: 24
      memory_gib: 64
    storage_classes:
      database: gold
      stream: gold
"""

RETURN = r"""
shortfalls:
  description: What is missing. Empty when the module does not fail.
  returned: always
  type: list
  elements: dict
  contains:
    what:
      description: The thing.
      type: str
    needed:
      description: What the site needs of it.
      type: str
    found:
      description: What is there.
      type: str
    fix:
      description: What to do.
      type: str
version:
  description: Version of the cluster's API server.
  returned: success
  type: str
  sample: v1.34.4
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, fail, session

if TYPE_CHECKING:
    from fedfleet.validation.preflight import Needs

ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "namespace": {"type": "str", "default": ""},
    "namespace_required": {"type": "bool", "default": False},
    "cluster_admin": {"type": "bool", "default": True},
    "sizing": {
        "type": "dict",
        "options": {
            "nodes": {"type": "int", "required": True},
            "cores": {"type": "float", "required": True},
            "memory_gib": {"type": "float", "required": True},
        },
    },
    "storage_classes": {"type": "dict"},
    "storage_created": {"type": "list", "elements": "str", "default": []},
    "storage_expansion": {"type": "bool", "default": True},
    "ingress_class": {"type": "str", "default": ""},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with session(module) as client:
        from fedfleet.validation.preflight import PreflightError, examine

        shortfalls = examine(client, needs_of(module.params))
        version = client.version()
        server = client.server
    if shortfalls:
        fail(module, PreflightError(shortfalls, where=f"the cluster at {server}"), shortfalls=[asdict(each) for each in shortfalls])
    module.exit_json(changed=False, shortfalls=[], version=version)


def needs_of(params: dict[str, Any]) -> Needs:
    """What the options ask for."""
    from fedfleet.validation.preflight import Needs, Sizing, StorageNeed

    storage = None
    if params["storage_classes"] is not None:
        storage = StorageNeed(params["storage_classes"], frozenset(params["storage_created"]), expansion=params["storage_expansion"])
    return Needs(
        namespace=params["namespace"],
        namespace_required=params["namespace_required"],
        sizing=Sizing(**params["sizing"]) if params["sizing"] and params["cluster_admin"] else None,
        storage=storage,
        ingress_class=params["ingress_class"],
    )


if __name__ == "__main__":
    main()
