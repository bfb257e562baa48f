# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # How a module reaches vCenter.
    DOCUMENTATION = r"""
options:
  hostname:
    description:
      - Host name or address of vCenter.
      - When not set, the environment variable E(VCENTER_HOST).
    type: str
  username:
    description:
      - User of vCenter Single Sign-On with its domain, such as V(administrator@vsphere.local).
      - When not set, the environment variable E(VCENTER_USER).
    type: str
  password:
    description:
      - The user's password.
      - When not set, the environment variable E(VCENTER_PASSWORD).
    type: str
  port:
    description: Port of vCenter.
    type: int
    default: 443
  ca_file:
    description:
      - Path of a file with the PEM certificates of the authorities that vouch for vCenter.
      - When not set, the environment variable E(VCENTER_CA), and without that the authorities that the system trusts.
      - Certificates are always verified.
    type: path
requirements:
  - fedfleet (Python package)
notes:
  - The module runs on the controller. Use it with a local connection.
  - Options that every task of a play has alike can be set once, with C(module_defaults) of the group C(fedfleet.federation.vsphere).
  - Proxies of the environment are not used.
"""

    # How a module reaches the Kubernetes API of a Supervisor.
    SUPERVISOR = r"""
options:
  supervisor:
    description: Name of the Supervisor. When empty, the only one of this vCenter.
    type: str
    default: ""
  supervisor_address:
    description: Address of the Supervisor's API. When empty, vCenter is asked for it; when set, O(hostname) is not needed.
    type: str
    default: ""
  supervisor_ca_file:
    description: Path of a file with the PEM certificates of the authorities that vouch for the Supervisor. When empty, O(ca_file).
    type: path
    default: ""
  supervisor_login_port:
    description: Port on which the Supervisor takes logins.
    type: int
    default: 443
  supervisor_api_port:
    description: Port of the Supervisor's Kubernetes API.
    type: int
    default: 6443
"""
