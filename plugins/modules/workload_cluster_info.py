#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_cluster_info
short_description: Says how a workload cluster is
description:
  - Returns settings and state of a workload cluster at a Supervisor, and fetches its kubeconfig where that is asked for.
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
  provider:
    description: Whether it is a C(Cluster) of VKS or a C(TanzuKubernetesCluster).
    type: str
    choices: [vks, tkc]
    default: vks
  kubeconfig_path:
    description:
      - Where to write the administrator's kubeconfig, for its owner alone, if there is no such file and the cluster's API has been up once. When empty, none is
        written.
    type: path
    default: ""
attributes:
  check_mode:
    support: full
    description: The module changes nothing at the Supervisor. In check mode it writes no kubeconfig.
  diff_mode:
    support: none
    description: The module changes nothing.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: See how the cluster is
  fedfleet.federation.workload_cluster_info:
    name: fate
    namespace: fate-30000
  register: found
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
    "provider": {"type": "str", "choices": ["vks", "tkc"], "default": "vks"},
    "kubeconfig_path": {"type": "path", "default": ""},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with supervisor_session(module) as (work, supervisor):
        from fedfleet.vsphere import cluster_api, kubeconfigs, workload_clusters

        found = workload_clusters.find(supervisor, params["provider"], params["namespace"], params["name"])
        shown = workload_clusters.shown(found)
        path = Path(params["kubeconfig_path"]) if params["kubeconfig_path"] else None
        text = None
        if found is not None and path is not None and not path.exists() and cluster_api.begun(found):
            text = kubeconfigs.of_cluster(supervisor, params["namespace"], params["name"])
        if text and path and not module.check_mode:
            kubeconfigs.write(path, text)
    work.done(changed=bool(text), cluster=shown)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
