#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Holds a site against everything it needs
description:
  - Looks at the cluster, its storage, the rights in it, ways in, names, clocks, images and the exchange, as far as the options below name them, all at the
    same time.
  - Fails with everything that is missing at once, each with what was expected, what is there, where, and what to do. Warnings never fail. Changes nothing.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
  - fedfleet.federation.preflight
  - fedfleet.federation.reads
options:
  site:
    description: The site's name, for messages.
    type: str
    default: ""
  profile:
    description: The site's size. O(reference) binds V(production); the others may undercut it.
    type: str
    default: ""
  namespace:
    description: The site's namespace.
    type: str
    default: ""
  namespace_required:
    description: Whether the namespace must be there already, because the platform team makes it.
    type: bool
    default: false
  namespace_labels:
    description: Labels that say whose namespace it is, where it is there already. One that has another value is of somebody else.
    type: dict
    default: {}
  cluster_admin:
    description: Whether objects outside the namespace may be read. Where they may not, nodes, classes and the name server are taken as they are.
    type: bool
    default: true
  openshift:
    description: Whether the inventory takes the cluster for OpenShift. When left out, nobody asks.
    type: bool
  kubernetes:
    description: Kubernetes' minor versions. Older ones are refused, newer ones are warned of.
    type: dict
    suboptions:
      oldest:
        description: Such as V(1.30).
        type: str
        required: true
      newest:
        description: Such as V(1.34).
        type: str
        required: true
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
  workers:
    description: Spark workers. So many nodes must each be able to hold one of that size. Empty for none.
    type: dict
    suboptions:
      nodes:
        description: How many nodes.
        type: int
      cores:
        description: CPU cores of a worker, as Kubernetes has quantities.
        type: str
      memory:
        description: Memory of a worker, as Kubernetes has quantities.
        type: str
  reference:
    description: The reference sizing.
    type: dict
    suboptions:
      pod_cores:
        description: CPU cores a pod may use.
        type: float
        required: true
      pod_memory_gib:
        description: GiB a pod may use.
        type: float
        required: true
      worker_cores:
        description: CPU cores a Spark worker may use.
        type: float
        required: true
      worker_memory_gib:
        description: GiB a Spark worker may use.
        type: float
        required: true
      volume_gib:
        description: GiB of a volume.
        type: float
        required: true
      dataset_factor:
        description: How many times the dataset its volumes must hold.
        type: float
        default: 2
      dataset_gib:
        description: GiB of the largest dataset; 0 where it is not known.
        type: float
        default: 0
  vm_class:
    description: What the nodes' VM class should begin with in profile V(production). Empty for any.
    type: str
    default: ""
  pods:
    description: Limits (V(cpu) and V(memory)) of what the site will run, by name.
    type: dict
    default: {}
  volumes:
    description: Sizes of the site's volumes, by name.
    type: dict
    default: {}
  worker_pods:
    description: Which of O(pods) are Spark workers.
    type: list
    elements: str
    default: []
  dataset_volumes:
    description: Which of O(volumes) hold datasets.
    type: list
    elements: str
    default: []
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
  ingress_there:
    description:
      - Whether a controller that is there already has to serve the site's Ingresses. Without O(ingress_class) they name no class, and the cluster must
        have a default one or OpenShift's Routes.
    type: bool
    default: false
  permissions:
    description: What the site must be allowed, each line as in a Role; asked by SelfSubjectAccessReview.
    type: list
    elements: dict
    default: []
    suboptions:
      why:
        description: What for.
        type: str
        default: ""
      groups:
        description: API groups.
        type: list
        elements: str
        required: true
      resources:
        description: Resources, with subresources such as V(pods/exec).
        type: list
        elements: str
        required: true
      verbs:
        description: Verbs.
        type: list
        elements: str
        required: true
      namespace:
        description: Where. Empty for the whole cluster.
        type: str
        default: ""
  doors:
    description: Services that others reach from outside.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The Service.
        type: str
        required: true
      kind:
        description: How it is reached.
        type: str
        choices: [LoadBalancer, NodePort, HostAddresses, ClusterIP]
        required: true
      node_port:
        description: Its port on each node.
        type: int
        default: 0
      addresses:
        description: Where it is reached, where no load balancer says so.
        type: list
        elements: str
        default: []
      variable:
        description: The variable to change, for messages.
        type: str
        default: ""
  name_server:
    description: The cluster's name server.
    type: dict
    suboptions:
      namespace:
        description: Namespace of its Service.
        type: str
        required: true
      service:
        description: Its Service.
        type: str
        required: true
      name:
        description: A name it must know.
        type: str
        required: true
  names:
    description: Host names that must resolve on this machine.
    type: list
    elements: str
    default: []
  hoped_names:
    description: Host names that should resolve on this machine.
    type: list
    elements: str
    default: []
  clock_warning:
    description: Seconds between clocks that are warned of.
    type: float
    default: 5
  clock_error:
    description: Seconds between clocks that are refused.
    type: float
    default: 60
  images:
    description: The images of the site's pods. What a node has is not looked for.
    type: list
    elements: str
    default: []
  registry_here:
    description: Whether the registry may be asked from this machine.
    type: bool
    default: true
  exchange_admission:
    description: File with the party's admission, if it has one. Else the roster in its namespace says where the exchange is.
    type: str
    default: ""
  external:
    description: What a party uses that the site has already, as role fate takes it. The Secret with the database's password must be in the namespace.
    type: dict
    suboptions:
      database:
        description: A MySQL or MariaDB.
        type: dict
      spark:
        description: A Spark standalone master.
        type: dict
      hdfs:
        description: An HDFS.
        type: dict
      pulsar:
        description: A Pulsar.
        type: dict
  services_here:
    description: Whether those are asked from the machine that runs Ansible.
    type: bool
    default: true
  asks_exchange:
    description: Whether the party's exchange is looked for from this machine.
    type: bool
    default: false
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
findings:
  description: What is missing or not as it should be, errors first.
  returned: always
  type: list
  elements: dict
  contains:
    what:
      description: The thing.
      type: str
    expected:
      description: What the site needs of it.
      type: str
    found:
      description: What is there.
      type: str
    where:
      description: The object, variable or address.
      type: str
    fix:
      description: What to do.
      type: str
    severity:
      description: V(error) or V(warning).
      type: str
report:
  description: All findings in one table, below what the profile undercuts. Empty when there is nothing to say.
  returned: always
  type: str
summary:
  description: What is missing, in one sentence. Empty when nothing is.
  returned: always
  type: str
version:
  description: Version of the cluster's API server. Empty when it did not answer.
  returned: always
  type: str
  sample: v1.34.4
seconds:
  description: How long it took.
  returned: always
  type: float
"""

import traceback
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, fail
from ansible_collections.fedfleet.federation.plugins.module_utils.preflight import PREFLIGHT_ARGUMENTS, assertions_of, told_of

if TYPE_CHECKING:
    from fedfleet.preflight.needs import Needs

try:
    from fedfleet.kube import Client
    from fedfleet.preflight import examine

    IMPORT_ERROR = ""
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

# The profile that the reference sizing binds.
_PRODUCTION = "production"
_NAMES: dict[str, Any] = {"type": "list", "elements": "str", "default": []}
_SHARED = KUBE_ARGUMENTS | PREFLIGHT_ARGUMENTS
ARGUMENTS: dict[str, Any] = _SHARED | {
    "site": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
    "namespace": {"type": "str", "default": ""},
    "namespace_required": {"type": "bool", "default": False},
    "namespace_labels": {"type": "dict", "default": {}},
    "cluster_admin": {"type": "bool", "default": True},
    "openshift": {"type": "bool"},
    "kubernetes": {
        "type": "dict",
        "options": {"oldest": {"type": "str", "required": True}, "newest": {"type": "str", "required": True}},
    },
    "sizing": {
        "type": "dict",
        "options": {
            "nodes": {"type": "int", "required": True},
            "cores": {"type": "float", "required": True},
            "memory_gib": {"type": "float", "required": True},
        },
    },
    "workers": {"type": "dict", "options": {"nodes": {"type": "int"}, "cores": {"type": "str"}, "memory": {"type": "str"}}},
    "reference": {
        "type": "dict",
        "options": {
            "pod_cores": {"type": "float", "required": True},
            "pod_memory_gib": {"type": "float", "required": True},
            "worker_cores": {"type": "float", "required": True},
            "worker_memory_gib": {"type": "float", "required": True},
            "volume_gib": {"type": "float", "required": True},
            "dataset_factor": {"type": "float", "default": 2},
            "dataset_gib": {"type": "float", "default": 0},
        },
    },
    "vm_class": {"type": "str", "default": ""},
    "pods": {"type": "dict", "default": {}},
    "volumes": {"type": "dict", "default": {}},
    "worker_pods": _NAMES,
    "dataset_volumes": _NAMES,
    "storage_classes": {"type": "dict"},
    "storage_created": _NAMES,
    "storage_expansion": {"type": "bool", "default": True},
    "ingress_class": {"type": "str", "default": ""},
    "ingress_there": {"type": "bool", "default": False},
    "permissions": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "why": {"type": "str", "default": ""},
            "groups": {"type": "list", "elements": "str", "required": True},
            "resources": {"type": "list", "elements": "str", "required": True},
            "verbs": {"type": "list", "elements": "str", "required": True},
            "namespace": {"type": "str", "default": ""},
        },
    },
    "doors": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "kind": {"type": "str", "choices": ["LoadBalancer", "NodePort", "HostAddresses", "ClusterIP"], "required": True},
            "node_port": {"type": "int", "default": 0},
            "addresses": _NAMES,
            "variable": {"type": "str", "default": ""},
        },
    },
    "name_server": {
        "type": "dict",
        "options": {name: {"type": "str", "required": True} for name in ("namespace", "service", "name")},
    },
    "names": _NAMES,
    "hoped_names": _NAMES,
    "clock_warning": {"type": "float", "default": 5},
    "clock_error": {"type": "float", "default": 60},
    "images": _NAMES,
    "registry_here": {"type": "bool", "default": True},
    "exchange_admission": {"type": "str", "default": ""},
    "asks_exchange": {"type": "bool", "default": False},
    "external": {
        "type": "dict",
        "options": {part: {"type": "dict"} for part in ("database", "spark", "hdfs", "pulsar")},
    },
    "services_here": {"type": "bool", "default": True},
}


def run(module: AnsibleModule) -> None:
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("fedfleet"), exception=IMPORT_ERROR)
    params = module.params
    needs = needs_of(params)
    examined = examine(lambda: Client.connect(params["kubeconfig"] or None, params["context"] or None), needs)
    place = f"the cluster at {examined.server}" if examined.server else "the machine that runs Ansible"
    error, told = told_of(examined, f"site {needs.site}" if needs.site else place)
    told |= {"version": examined.version, "seconds": examined.seconds}
    if error is not None and params["fails"]:
        fail(module, error, **told)
    module.exit_json(changed=False, **told)


def needs_of(params: dict[str, Any]) -> Needs:
    """What the options ask for."""
    from fedfleet.kube.quantities import cores_of, gibibytes_of
    from fedfleet.preflight import needs

    storage = None
    if params["storage_classes"] is not None:
        created = frozenset(params["storage_created"])
        storage = needs.StorageNeed(params["storage_classes"], created, expansion=params["storage_expansion"])
    asked = params["workers"] or {}
    reference = params["reference"]
    binding = params["profile"] == _PRODUCTION
    return needs.Needs(
        site=params["site"],
        profile=params["profile"],
        namespace=params["namespace"],
        namespace_required=params["namespace_required"],
        namespace_labels=params["namespace_labels"],
        cluster_admin=params["cluster_admin"],
        openshift=params["openshift"],
        versions=needs.Versions(**params["kubernetes"]) if params["kubernetes"] else None,
        sizing=needs.Sizing(**params["sizing"]) if params["sizing"] else None,
        workers=needs.Workers(asked["nodes"], cores_of(asked["cores"]), gibibytes_of(asked["memory"])) if asked.get("nodes") else None,
        reference=needs.Reference(**reference, binding=binding, vm_class=params["vm_class"] if binding else "") if reference else None,
        parts=needs.Parts(params["pods"], params["volumes"], frozenset(params["worker_pods"]), frozenset(params["dataset_volumes"])),
        storage=storage,
        ingress_class=params["ingress_class"],
        ingress_there=params["ingress_there"],
        rules=tuple(_rule(rule) for rule in params["permissions"]),
        doors=tuple(needs.Door(**door | {"addresses": tuple(door["addresses"])}) for door in params["doors"]),
        name_server=needs.NameServer(**params["name_server"]) if params["name_server"] else None,
        names=tuple(params["names"]),
        hoped_names=tuple(params["hoped_names"]),
        clock_seconds=(params["clock_warning"], params["clock_error"]),
        images=tuple(params["images"]),
        registry_here=params["registry_here"],
        exchange_admission=params["exchange_admission"],
        asks_exchange=params["asks_exchange"],
        external=_external(params["external"]),
        services_here=params["services_here"],
        assertions=assertions_of(params),
    )


def _rule(rule: dict[str, Any]) -> Any:
    from fedfleet.preflight.needs import Rule

    return Rule(rule["why"], tuple(rule["groups"]), tuple(rule["resources"]), tuple(rule["verbs"]), rule["namespace"])


def _external(parts: dict[str, Any] | None) -> Any:
    given = {part: variables for part, variables in (parts or {}).items() if variables}
    if not given:
        return None
    # Only a site that has something of the kind needs the format, and it takes its time to import.
    from fedfleet.federation.external import External

    return External.model_validate(given)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
