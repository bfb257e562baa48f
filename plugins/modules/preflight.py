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
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

try:
    from fedfleet.errors import FedFleetError
    from fedfleet.kube import Client
    from fedfleet.validation.preflight import Needs, PreflightError, Sizing, StorageNeed, examine

    HAS_FEDFLEET = True
except ImportError:
    HAS_FEDFLEET = False


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "kubeconfig": {"type": "path", "default": ""},
            "context": {"type": "str", "default": ""},
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
        },
        supports_check_mode=True,
    )
    if not HAS_FEDFLEET:
        module.fail_json(msg=missing_required_lib("fedfleet"))
    given = module.params
    needs = Needs(
        namespace=given["namespace"],
        namespace_required=given["namespace_required"],
        sizing=Sizing(**given["sizing"]) if given["sizing"] and given["cluster_admin"] else None,
        storage=StorageNeed(given["storage_classes"], frozenset(given["storage_created"]), expansion=given["storage_expansion"])
        if given["storage_classes"] is not None
        else None,
        ingress_class=given["ingress_class"],
    )
    try:
        with Client.connect(given["kubeconfig"] or None, given["context"] or None) as client:
            shortfalls = examine(client, needs)
            if shortfalls:
                raise PreflightError(shortfalls, where=f"cluster of context {given['context'] or '(current)'}")
    except FedFleetError as error:
        module.fail_json(msg=str(error), shortfalls=[asdict(each) for each in getattr(error, "shortfalls", ())], **error.facts())
    module.exit_json(changed=False, shortfalls=[])


if __name__ == "__main__":
    main()
