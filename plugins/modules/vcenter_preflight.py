#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vcenter_preflight
short_description: Holds a vCenter against what a site's cluster will need of it
description:
  - Looks at vCenter's version, the Supervisor, hosts that take machines, VM classes, the storage policy and its datastores, and the namespace with its
    limits; of a new cluster also at names and ranges of addresses.
  - Fails with everything that is missing at once, each with what was expected, what is there in numbers, where, and what to do. Warnings never fail. Changes
    nothing.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
  - fedfleet.federation.preflight
  - fedfleet.federation.reads
options:
  site:
    description: The site's name, for messages.
    type: str
    default: ""
  supervisor:
    description: Name or id of the Supervisor. When empty, the only one of this vCenter.
    type: str
    default: ""
  namespace:
    description: The vSphere Namespace that the cluster is made in. It need not be there.
    type: str
    required: true
  provider:
    description: What makes the cluster, as of M(fedfleet.federation.workload_cluster).
    type: str
    choices: [vks, tkc]
    default: vks
  storage_policy:
    description: Name of the storage policy of nodes and volumes.
    type: str
    required: true
  storage_policy_new:
    description: Whether the run makes the policy, so that it need not be there.
    type: bool
    default: false
  storage_limit_mib:
    description: How many MiB of the policy the namespace may use. V(0) sets no limit.
    type: int
    default: 0
  cluster:
    description:
      - Name of the cluster. Where it is given and the cluster is not there, it and O(namespace) are held against what vSphere takes.
    type: str
    default: ""
  names_file:
    description: Where M(fedfleet.federation.workload_cluster) keeps names that clusters had. A new O(cluster) is held against it. When empty, against none.
    type: path
    default: ""
  running:
    description:
      - The cluster where it is there, as M(fedfleet.federation.workload_cluster_info) returns it. Room is then looked for only for those machines of O(pools)
        that come on top of its own, with one more of each pool whose nodes are replaced.
    type: dict
    default: {}
  version:
    description: The wanted version of Kubernetes, or the beginning of it.
    type: str
    default: ""
  release_problem:
    description: Why there is no Kubernetes release of O(version), where there is none. It is told unless the cluster is there and of that version.
    type: str
    default: ""
  pods:
    description:
      - The range of addresses that pods of a new cluster get. With O(services) it is held against vCenter, the Supervisor and the networks of nodes.
    type: str
    default: ""
  services:
    description: The same of Services.
    type: str
    default: ""
  pools:
    description: The cluster's machines.
    type: list
    elements: dict
    default: []
    suboptions:
      what:
        description: V(control plane), or the name of a pool of workers.
        type: str
        required: true
      vm_class:
        description: Their VM class.
        type: str
        required: true
      count:
        description: How many.
        type: int
        required: true
      volume_gib:
        description: GiB that each has beside its system disk.
        type: float
        default: 0
  vm_classes_new:
    description: VM classes that the run makes, so that they need not be there.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the class.
        type: str
        required: true
      cpu_count:
        description: CPUs of each machine.
        type: int
        required: true
      memory_mb:
        description: MiB of memory of each machine.
        type: int
        required: true
      cpu_reservation:
        description: Percent of it that is set aside.
        type: int
        default: 0
      memory_reservation:
        description: Percent of it that is set aside.
        type: int
        default: 0
"""

EXAMPLES = r"""
- name: See that vCenter has what three workers need
  fedfleet.federation.vcenter_preflight:
    namespace: fl-30000
    storage_policy: vSAN Default Storage Policy
    pools:
      - {what: workers, vm_class: best-effort-2xlarge, count: 3, volume_gib: 32}
"""

RETURN = r"""
findings:
  description: All that is missing, errors first, each with C(what), C(expected), C(found), C(where), C(fix) and C(severity).
  returned: always
  type: list
  elements: dict
report:
  description: The same as a table. Empty where nothing is missing.
  returned: always
  type: str
summary:
  description: What is missing, in one sentence. Empty where there are at most warnings.
  returned: always
  type: str
seconds:
  description: How long it took.
  returned: always
  type: float
  sample: 1.2
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.preflight import PREFLIGHT_ARGUMENTS, assertions_of, told_of
from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import VSPHERE_ARGUMENTS, connected, errors_told, require

_SHARED = VSPHERE_ARGUMENTS | PREFLIGHT_ARGUMENTS
ARGUMENTS: dict[str, Any] = _SHARED | {
    "site": {"type": "str", "default": ""},
    "supervisor": {"type": "str", "default": ""},
    "namespace": {"type": "str", "required": True},
    "provider": {"type": "str", "choices": ["vks", "tkc"], "default": "vks"},
    "storage_policy": {"type": "str", "required": True},
    "storage_policy_new": {"type": "bool", "default": False},
    "storage_limit_mib": {"type": "int", "default": 0},
    "cluster": {"type": "str", "default": ""},
    "names_file": {"type": "path", "default": ""},
    "running": {"type": "dict", "default": {}},
    "version": {"type": "str", "default": ""},
    "release_problem": {"type": "str", "default": ""},
    "pods": {"type": "str", "default": ""},
    "services": {"type": "str", "default": ""},
    "pools": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "what": {"type": "str", "required": True},
            "vm_class": {"type": "str", "required": True},
            "count": {"type": "int", "required": True},
            "volume_gib": {"type": "float", "default": 0},
        },
    },
    "vm_classes_new": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "cpu_count": {"type": "int", "required": True},
            "memory_mb": {"type": "int", "required": True},
            "cpu_reservation": {"type": "int", "default": 0},
            "memory_reservation": {"type": "int", "default": 0},
        },
    },
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with errors_told(module) as work:
        from fedfleet.preflight.vcenter import examine

        require(params, "hostname", "username", "password")
        examined = examine(lambda: connected(params), needs_of(params))
        place = f"site {params['site']}" if params["site"] else f"vCenter {params['hostname']}"
        error, told = told_of(examined, place)
        if error is not None and params["fails"]:
            work.fail(error, **told)
    work.done(changed=False, **told)


def needs_of(params: dict[str, Any]) -> Any:
    """What the options ask for."""
    from fedfleet.preflight import growth
    from fedfleet.preflight.capacity import Pool, Size
    from fedfleet.preflight.vcenter import VcenterNeeds
    from fedfleet.vsphere.cluster_names import NamesFile

    return VcenterNeeds(
        params["namespace"],
        params["storage_policy"],
        provider=params["provider"],
        supervisor=params["supervisor"],
        policy_new=params["storage_policy_new"],
        limit_mib=params["storage_limit_mib"],
        pools=tuple(Pool(**pool) for pool in params["pools"]),
        classes_new={
            one["name"]: Size(one["cpu_count"], one["memory_mb"], one["cpu_reservation"] or 0, one["memory_reservation"] or 0)
            for one in params["vm_classes_new"]
        },
        cluster=params["cluster"],
        names=NamesFile(Path(params["names_file"]) if params["names_file"] else None, params["hostname"]),
        version=params["version"],
        running=growth.running(params["running"]),
        release_problem=params["release_problem"],
        pods=params["pods"],
        services=params["services"],
        assertions=assertions_of(params),
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
