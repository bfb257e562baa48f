# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # How a module reaches the Kubernetes API.
    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of the kubeconfig file.
      - When empty, the files that the environment variable E(KUBECONFIG) names, then C(~/.kube/config), then the service account of the
        pod that the module runs in.
    type: path
    default: ""
  context:
    description: Context of the kubeconfig. When empty, its current context.
    type: str
    default: ""
requirements:
  - fedfleet (Python package)
notes:
  - Certificates, proxy and CA settings of the kubeconfig are honoured, and E(HTTPS_PROXY) and E(NO_PROXY) as kubectl does.
  - The module runs on the controller. Use it with a local connection.
"""
