#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: supervisor_login
short_description: Logs in to a Supervisor or a workload cluster
description:
  - Logs in with a user of vCenter Single Sign-On and returns a token for the Kubernetes API of the Supervisor, or of one of its workload clusters.
  - The token is in the result. Give the task C(no_log) where logs of runs are kept.
  - A kubeconfig is written, for its owner alone, only where O(kubeconfig_path) is given.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.vsphere
  - fedfleet.federation.vsphere.supervisor
options:
  cluster:
    description: Name of the workload cluster to log in to. When empty, the Supervisor.
    type: str
    default: ""
  namespace:
    description: vSphere namespace. Of O(cluster), and the namespace of the kubeconfig's context.
    type: str
    default: ""
  kubeconfig_path:
    description: Where to write a kubeconfig with the token. When empty, none is written.
    type: path
    default: ""
attributes:
  check_mode:
    support: full
    description: Logs in, and writes no kubeconfig.
  diff_mode:
    support: none
    description: Tokens are not shown.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Log in to the Supervisor
  fedfleet.federation.supervisor_login:
    hostname: vcenter.example.org
    username: dev@vsphere.local
    password: "{{ dev_password }}"
    namespace: fate-30000
    kubeconfig_path: "{{ playbook_dir }}/supervisor.kubeconfig"
  no_log: true
"""

RETURN = r"""
server:
  description: URL of the Kubernetes API.
  returned: success
  type: str
token:
  description: The bearer token.
  returned: success
  type: str
ca:
  description: PEM certificates of the authorities that vouch for the API. Empty for those that the system trusts.
  returned: success
  type: str
expires:
  description: When the token ends, in UTC. Empty where it does not say.
  returned: success
  type: str
seconds_left:
  description: Seconds until the token ends. V(-1) where it does not say.
  returned: success
  type: float
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

from ansible_collections.fedfleet.federation.plugins.module_utils.vsphere import (
    SUPERVISOR_ARGUMENTS,
    errors_told,
    log_in,
    require,
    supervisor_address,
)

ARGUMENTS: dict[str, Any] = SUPERVISOR_ARGUMENTS | {
    "cluster": {"type": "str", "default": ""},
    "namespace": {"type": "str", "default": ""},
    "kubeconfig_path": {"type": "path", "default": ""},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    changed = False
    with errors_told(module) as work:
        from fedfleet.vsphere.kubeconfigs import of_login, write
        from fedfleet.vsphere.login import login_to_cluster

        if params["cluster"]:
            require(params, "username", "password")
            found = login_to_cluster(
                supervisor_address(module),
                params["username"],
                params["password"],
                params["cluster"],
                params["namespace"],
                ca_file=params["supervisor_ca_file"] or params["ca_file"],
                port=params["supervisor_login_port"],
            )
        else:
            found = log_in(module)
        if params["kubeconfig_path"] and not module.check_mode:
            write(Path(params["kubeconfig_path"]), of_login(found, params["namespace"] if not params["cluster"] else "default"))
        # A token is new each time: writing it is what was asked for, and a change.
        changed = bool(params["kubeconfig_path"])
        left = found.seconds_left()
    work.done(
        changed=changed,
        server=found.server,
        token=found.token,
        ca=found.ca_pem or "",
        expires=found.expires.isoformat() if found.expires else "",
        seconds_left=-1.0 if left is None else round(left, 1),
    )


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
