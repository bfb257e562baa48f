#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_cluster
short_description: Makes, changes and removes Kubernetes clusters of a Supervisor
description:
  - Has the vSphere Kubernetes Service make a cluster in a vSphere Namespace, and waits until it is available with all its nodes. That it was
    provisioned, or has a kubeconfig, is not enough.
  - Nodes can be added and taken away, and the class of VMs and the version be changed; nodes are replaced one after the other then. A version goes
    up by one minor at a time.
  - Every worker has a volume of its own for container images.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
options:
  name:
    description: The cluster. A name that was used before in the namespace may come back with the old cluster's address. Take a new one.
    type: str
    required: true
  namespace:
    description: The vSphere Namespace.
    type: str
    required: true
  supervisor:
    description: Name or identifier of the Supervisor. When empty, the only one.
    type: str
    default: ""
  state:
    description: Whether the cluster is to be V(present), or V(absent) with its nodes and volumes.
    type: str
    choices: [present, absent]
    default: present
  version:
    description: Version of Kubernetes. The newest usable release that begins with it is taken; V(v1.34) will do. Needed where the cluster is to be present.
    type: str
    default: ""
  control_plane_replicas:
    description: Nodes of the control plane, 1 or 3.
    type: int
    choices: [1, 3]
    default: 3
  control_plane_class:
    description: Their VM class.
    type: str
    default: best-effort-small
  workers:
    description: How many workers.
    type: int
    default: 3
  worker_class:
    description: Their VM class.
    type: str
    default: best-effort-2xlarge
  storage_class:
    description: The storage policy's name as Kubernetes has it, for nodes and as the cluster's default. Needed where the cluster is to be present.
    type: str
    default: ""
  images_gib:
    description: GiB of each worker's volume for container images.
    type: int
    default: 32
  pods:
    description: Addresses of pods. Nothing else in the network may have them.
    type: str
    default: 172.20.0.0/16
  services:
    description: Addresses of Services. Nothing else in the network may have them.
    type: str
    default: 172.21.0.0/16
  cluster_class:
    description: The ClusterClass of the service, builtin-generic-v3.2.0 or later.
    type: str
    default: builtin-generic-v3.6.0
  class_namespace:
    description: Where that class is. Before v3.4.0 it is in each namespace.
    type: str
    default: vmware-system-vks-public
  kubeconfig_path:
    description: Where the administrators' kubeconfig is written, mode 0600. When empty, it is written nowhere.
    type: path
    default: ""
  timeout:
    description: Seconds to wait at most.
    type: float
    default: 1800
attributes:
  check_mode:
    support: full
    description: A dry run on the Supervisor, whose webhooks say what they would refuse.
  diff_mode:
    support: full
    description: Shows what was asked for before and after.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Make a cluster for a party
  fedfleet.federation.workload_cluster:
    hostname: vcenter.hospital.example
    username: fedfleet@vsphere.local
    password: "{{ vcenter_password }}"
    namespace: fl-30000
    name: fl-30000-a
    version: v1.34
    storage_class: vsan-default-storage-policy
    kubeconfig_path: ~/.config/fedfleet/fl-30000.kubeconfig
"""

RETURN = r"""
version:
  description: The version that was asked for in the end.
  returned: success
  type: str
  sample: v1.34.4+vmware.1
kubeconfig_path:
  description: Where the kubeconfig was written.
  returned: success
  type: str
seconds:
  description: How long it took.
  returned: success
  type: float
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

import time
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import VSPHERE_ARGUMENTS, login, session, supervisor_of

if TYPE_CHECKING:
    from fedfleet.kube import Client
    from fedfleet.vsphere.clusters import Cluster

ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "supervisor": {"type": "str", "default": ""},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "version": {"type": "str", "default": ""},
    "control_plane_replicas": {"type": "int", "choices": [1, 3], "default": 3},
    "control_plane_class": {"type": "str", "default": "best-effort-small"},
    "workers": {"type": "int", "default": 3},
    "worker_class": {"type": "str", "default": "best-effort-2xlarge"},
    "storage_class": {"type": "str", "default": ""},
    "images_gib": {"type": "int", "default": 32},
    "pods": {"type": "str", "default": "172.20.0.0/16"},
    "services": {"type": "str", "default": "172.21.0.0/16"},
    "cluster_class": {"type": "str", "default": "builtin-generic-v3.6.0"},
    "class_namespace": {"type": "str", "default": "vmware-system-vks-public"},
    "kubeconfig_path": {"type": "path", "default": ""},
    "timeout": {"type": "float", "default": 1800},
}


def wanted_of(params: dict[str, Any], version: str) -> Cluster:
    from fedfleet.vsphere.clusters import Cluster, Pool

    return Cluster(
        name=params["name"],
        namespace=params["namespace"],
        version=version,
        control_plane=Pool(params["control_plane_replicas"], params["control_plane_class"]),
        workers=Pool(params["workers"], params["worker_class"]),
        storage_class=params["storage_class"],
        images_gib=params["images_gib"],
        pods=params["pods"],
        services=params["services"],
        cluster_class=params["cluster_class"],
        class_namespace=params["class_namespace"],
    )


def present(module: AnsibleModule, supervisor: Client) -> dict[str, Any]:
    from fedfleet.progress import report
    from fedfleet.vsphere import clusters, releases
    from fedfleet.vsphere.secret_file import write

    params = module.params
    release = releases.choose(releases.all_of(supervisor), params["version"])
    wanted = wanted_of(params, release.kubernetes)
    result = clusters.ensure(supervisor, wanted, dry_run=module.check_mode)
    changed = result.changed
    if not module.check_mode:
        clusters.wait_available(supervisor, wanted, params["timeout"], report)
        if params["kubeconfig_path"]:
            changed |= write(params["kubeconfig_path"], clusters.kubeconfig(supervisor, wanted.namespace, wanted.name))
    diff = [{"prepared": change.diff} for change in result.objects if change.diff]
    return {"changed": changed, "version": wanted.version, "kubeconfig_path": params["kubeconfig_path"], "diff": diff}


def absent(module: AnsibleModule, supervisor: Client) -> dict[str, Any]:
    from fedfleet.vsphere import clusters

    params = module.params
    there = clusters.remove(supervisor, params["namespace"], params["name"], params["timeout"], dry_run=module.check_mode)
    before = f"Cluster {params['namespace']}/{params['name']}\n" if there else ""
    return {"changed": there, "version": "", "kubeconfig_path": "", "diff": {"before": before, "after": ""}}


def run(module: AnsibleModule) -> None:
    started = time.monotonic()
    with session(module) as rest:
        entry = login(module, supervisor_of(rest, module.params["supervisor"]))
        with entry.connect(module.params["namespace"]) as supervisor:
            result = present(module, supervisor) if module.params["state"] == "present" else absent(module, supervisor)
    module.exit_json(**result, seconds=round(time.monotonic() - started, 1))


def main() -> None:
    run(
        AnsibleModule(
            argument_spec=ARGUMENTS,
            required_if=[("state", "present", ("version", "storage_class"))],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
