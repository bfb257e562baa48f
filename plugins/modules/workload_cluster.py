#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_cluster
short_description: Makes, changes and removes a Kubernetes cluster at a Supervisor
description:
  - Sees to it that there is a workload cluster of this shape in a vSphere namespace, and returns once it is available as defined and all its nodes are
    ready.
  - Replicas, VM classes and pools may change, and the version by one minor step up. What would lose data or move every address is refused, with all reasons,
    before anything is touched.
  - A new cluster under a name that another in the same namespace had is refused, too. Names are kept in that namespace, in ConfigMap
    C(fedfleet-cluster-names), which goes with it, and in O(names_file). A name that can be kept in one of them only is a warning.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
  - fedfleet.federation.vsphere.supervisor
options:
  name:
    description: Name of the cluster.
    type: str
    required: true
  namespace:
    description: Its vSphere namespace.
    type: str
    required: true
  state:
    description: Whether it shall be there. V(absent) removes its nodes and volumes, too.
    type: str
    choices: [present, absent]
    default: present
  provider:
    description: Whether it is a C(Cluster) of VKS or a C(TanzuKubernetesCluster), which Supervisors of vSphere 7 and 8 have.
    type: str
    choices: [vks, tkc]
    default: vks
  owner:
    description:
      - For whom the cluster is. Written on it, as annotation C(fedfleet.dev/owner), when it is made; one that is there keeps what it says.
      - One that was made for somebody else is refused. With O(state=absent), one that was not made for this owner stays, and is returned.
      - When empty, it is not written and not looked at.
    type: str
    default: ""
  version:
    description: Version of Kubernetes, in full or its beginning, such as V(v1.34). When empty, the newest usable one, and of a cluster that is there, its own.
    type: str
    default: ""
  control_plane_replicas:
    description: Nodes of the control plane, 1 or 3.
    type: int
    default: 1
  control_plane_vm_class:
    description: VM class of the control plane's nodes. Needed for O(state=present).
    type: str
    default: ""
  storage_class:
    description: StorageClass of the nodes' disks and the cluster's default class. Needed for O(state=present).
    type: str
    default: ""
  default_storage_class:
    description: The cluster's default class, where it is another.
    type: str
    default: ""
  storage_classes:
    description: Further StorageClasses that the cluster is to have.
    type: list
    elements: str
    default: []
  pools:
    description: Pools of workers. Needed for O(state=present).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the pool.
        type: str
        required: true
      replicas:
        description: Number of workers.
        type: int
        required: true
      vm_class:
        description: VM class of the workers.
        type: str
        required: true
      storage_class:
        description: StorageClass of their root disks. When empty, the cluster's.
        type: str
        default: ""
      failure_domain:
        description: vSphere Zone. When empty, any.
        type: str
        default: ""
      labels:
        description: Labels of the nodes.
        type: dict
        default: {}
      taints:
        description: Taints of the nodes.
        type: list
        elements: dict
        default: []
        suboptions:
          key:
            description: Key.
            type: str
            required: true
          value:
            description: Value.
            type: str
            default: ""
          effect:
            description: What it does to pods that do not tolerate it.
            type: str
            choices: [NoSchedule, PreferNoSchedule, NoExecute]
            default: NoSchedule
      volumes:
        description: Disks of their own, such as one for images of containers. They live and die with the node.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the volume.
            type: str
            required: true
          mount_path:
            description: Where it is mounted.
            type: str
            required: true
          capacity:
            description: Its size, such as V(60Gi).
            type: str
            required: true
          storage_class:
            description: Its StorageClass. When empty, the pool's.
            type: str
            default: ""
  pod_cidrs:
    description: Networks of the pods. They cannot change.
    type: list
    elements: str
    default: [172.20.0.0/16]
  service_cidrs:
    description: Networks of the services. They cannot change.
    type: list
    elements: str
    default: [172.21.0.0/16]
  cni:
    description: Network plugin of a TanzuKubernetesCluster. When empty, the Supervisor's default.
    type: str
    default: ""
  cluster_class:
    description: ClusterClass of a VKS cluster. When empty, the newest for the version, and of a cluster that is there, its own.
    type: str
    default: ""
  os_name:
    description: Operating system of the nodes, such as V(photon) or V(ubuntu). When empty, the release's default.
    type: str
    default: ""
  proxy:
    description: HTTP proxies of the nodes.
    type: dict
    suboptions:
      http:
        description: URL of the proxy for HTTP.
        type: str
        required: true
      https:
        description: URL of the proxy for HTTPS.
        type: str
        required: true
      no_proxy:
        description: What is reached without it.
        type: list
        elements: str
        default: []
  trusted_cas:
    description: PEM certificates that the nodes trust, by name; such as a registry's CA.
    type: dict
    default: {}
  replace_volumes:
    description: Whether volumes of pools may change, which replaces every node of the pool and loses what is on its volumes.
    type: bool
    default: false
  wait:
    description: Whether to wait until the cluster is available and its nodes are ready.
    type: bool
    default: true
  timeout:
    description: Seconds to wait at most.
    type: float
    default: 3600
  kubeconfig_path:
    description: Where to write the administrator's kubeconfig, for its owner alone, once the cluster is available. When empty, none is written.
    type: path
    default: ""
  names_file:
    description:
      - A file on the machine that the module runs on, in which names of clusters are kept beyond their namespaces, a line for each with vCenter,
        namespace and name. It is made where it is not there. When empty, none is kept. O(hostname) is the vCenter's name in it, or else O(supervisor_address).
    type: path
    default: ""
attributes:
  check_mode:
    support: full
    description: Has the Supervisor compute what would be changed, webhooks included, and change nothing.
  diff_mode:
    support: full
    description: Shows the definition before and after.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Make the party's cluster
  fedfleet.federation.workload_cluster:
    name: fate
    namespace: fate-30000
    version: v1.34
    control_plane_replicas: 3
    control_plane_vm_class: guaranteed-small
    storage_class: fate-gold
    pools:
      - name: workers
        replicas: 3
        vm_class: guaranteed-2xlarge
        volumes:
          - name: containerd
            mount_path: /var/lib/containerd
            capacity: 60Gi
    kubeconfig_path: "{{ playbook_dir }}/fate.kubeconfig"
"""

RETURN = r"""
cluster:
  description: The cluster's settings and state. Empty where there is none.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    version:
      description: Version of Kubernetes.
      type: str
    release:
      description: Name of the release that it was made of.
      type: str
    available:
      description: Whether it is available as it was last defined.
      type: bool
    state:
      description: How far it is, with what holds it up.
      type: str
    address:
      description: Address of its API. Empty where it has none yet.
      type: str
    control_plane:
      description: Replicas and VM class of its control plane.
      type: dict
    pools:
      description: Its pools of workers, by name.
      type: dict
    storage_class:
      description: StorageClass of its nodes' disks.
      type: str
    cluster_class:
      description: Its ClusterClass. Empty for a TanzuKubernetesCluster.
      type: str
    owner:
      description: For whom it was made. Empty where nothing says.
      type: str
seconds:
  description: How long it took.
  returned: always
  type: float
  sample: 2.4
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply), and C(error_type) where vCenter named one.
  returned: failure
  type: dict
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import SUPERVISOR_ARGUMENTS, supervisor_session

ARGUMENTS: dict[str, Any] = SUPERVISOR_ARGUMENTS | {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "provider": {"type": "str", "choices": ["vks", "tkc"], "default": "vks"},
    "owner": {"type": "str", "default": ""},
    "version": {"type": "str", "default": ""},
    "control_plane_replicas": {"type": "int", "default": 1},
    "control_plane_vm_class": {"type": "str", "default": ""},
    "storage_class": {"type": "str", "default": ""},
    "default_storage_class": {"type": "str", "default": ""},
    "storage_classes": {"type": "list", "elements": "str", "default": []},
    "pools": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "replicas": {"type": "int", "required": True},
            "vm_class": {"type": "str", "required": True},
            "storage_class": {"type": "str", "default": ""},
            "failure_domain": {"type": "str", "default": ""},
            "labels": {"type": "dict", "default": {}},
            "taints": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    # A key of a taint, not one that opens anything.
                    "key": {"type": "str", "required": True, "no_log": False},
                    "value": {"type": "str", "default": ""},
                    "effect": {
                        "type": "str",
                        "choices": ["NoSchedule", "PreferNoSchedule", "NoExecute"],
                        "default": "NoSchedule",
                    },
                },
            },
            "volumes": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "mount_path": {"type": "str", "required": True},
                    "capacity": {"type": "str", "required": True},
                    "storage_class": {"type": "str", "default": ""},
                },
            },
        },
    },
    "pod_cidrs": {"type": "list", "elements": "str", "default": ["172.20.0.0/16"]},
    "service_cidrs": {"type": "list", "elements": "str", "default": ["172.21.0.0/16"]},
    "cni": {"type": "str", "default": ""},
    "cluster_class": {"type": "str", "default": ""},
    "os_name": {"type": "str", "default": ""},
    "proxy": {
        "type": "dict",
        "options": {
            "http": {"type": "str", "required": True},
            "https": {"type": "str", "required": True},
            "no_proxy": {"type": "list", "elements": "str", "default": []},
        },
    },
    "trusted_cas": {"type": "dict", "default": {}},
    "replace_volumes": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 3600},
    "kubeconfig_path": {"type": "path", "default": ""},
    "names_file": {"type": "path", "default": ""},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    provider = params["provider"]
    with supervisor_session(module) as (work, supervisor):
        from fedfleet.progress import report
        from fedfleet.vsphere import cluster_names, kubeconfigs, workload_clusters

        place = (params["namespace"], params["name"])
        file = cluster_names.NamesFile(
            Path(params["names_file"]) if params["names_file"] else None, params["hostname"] or params["supervisor_address"]
        )
        if params["state"] == "absent":
            gone = workload_clusters.remove(
                supervisor,
                provider,
                params["namespace"],
                params["name"],
                timeout=params["timeout"],
                owner=params["owner"],
                dry_run=module.check_mode,
                progress=report,
            )
            if gone.changed and not module.check_mode:
                # With the namespace the Supervisor's own record may go next.
                warn(module, file.add(*place))
            left = workload_clusters.shown(gone.after)
            work.done(changed=gone.changed, before=workload_clusters.shown(gone.before), after=left, cluster=left)
        asked = wanted(params)
        cluster_names.require_unused(supervisor, *place, lambda: workload_clusters.find(supervisor, provider, *place) is not None, file)
        full, outcome = workload_clusters.ensure(
            supervisor, provider, asked, replace_volumes=params["replace_volumes"], dry_run=module.check_mode
        )
        if not module.check_mode:
            warn(module, cluster_names.note(supervisor, *place, file))
        after = outcome.after
        if params["wait"] and not module.check_mode:
            text = workload_clusters.wait_available(supervisor, provider, full, params["timeout"], report)
            after = workload_clusters.find(supervisor, provider, *place)
            if params["kubeconfig_path"]:
                kubeconfigs.write(Path(params["kubeconfig_path"]), text)
    diff = {"diff": {"prepared": outcome.diff}} if outcome.diff else {}
    work.done(changed=outcome.changed, cluster=workload_clusters.shown(after), **diff)


def warn(module: AnsibleModule, problem: str) -> None:
    """Say where the cluster's name could not be kept."""
    if problem:
        name = module.params["name"]
        module.warn(
            f"That a cluster was called {name} cannot be kept in all places, so that a later one might get that name again: {problem}"
        )


def wanted(params: dict[str, Any]) -> Any:
    """The cluster as the options want it."""
    from fedfleet.vsphere import SettingsError
    from fedfleet.vsphere.workload_specs import Pool, Proxy, Taint, Volume, Wanted

    missing = [name for name in ("control_plane_vm_class", "storage_class", "pools") if not params[name]]
    if missing:
        raise SettingsError(
            f"Cluster {params['name']} is not described",
            expected="control_plane_vm_class, storage_class and pools",
            found=f"no {', '.join(missing)}",
            where=f"{params['namespace']}/{params['name']}",
            next_step="Give them, or set state to absent",
        )
    pools = tuple(
        Pool(
            name=pool["name"],
            replicas=pool["replicas"],
            vm_class=pool["vm_class"],
            storage_class=pool["storage_class"],
            volumes=tuple(Volume(**volume) for volume in pool["volumes"]),
            labels={key: str(value) for key, value in pool["labels"].items()},
            taints=tuple(Taint(**taint) for taint in pool["taints"]),
            failure_domain=pool["failure_domain"],
        )
        for pool in params["pools"]
    )
    proxy = params["proxy"]
    return Wanted(
        name=params["name"],
        namespace=params["namespace"],
        version=params["version"],
        control_plane_vm_class=params["control_plane_vm_class"],
        control_plane_replicas=params["control_plane_replicas"],
        storage_class=params["storage_class"],
        default_storage_class=params["default_storage_class"],
        storage_classes=tuple(params["storage_classes"]),
        pools=pools,
        pod_cidrs=tuple(params["pod_cidrs"]),
        service_cidrs=tuple(params["service_cidrs"]),
        cni=params["cni"],
        cluster_class=params["cluster_class"],
        os_name=params["os_name"],
        proxy=Proxy(proxy["http"], proxy["https"], tuple(proxy["no_proxy"])) if proxy else None,
        trusted_cas={name: str(pem) for name, pem in params["trusted_cas"].items()},
        owner=params["owner"],
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
