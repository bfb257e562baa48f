# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    # How a module reaches vCenter.
    DOCUMENTATION = r"""
options:
  hostname:
    description: Name or address of the vCenter.
    type: str
    required: true
  username:
    description: Who logs in, with the domain; C(fedfleet@vsphere.local).
    type: str
    required: true
  password:
    description: The password.
    type: str
    required: true
  ca_file:
    description:
      - Path of a file with the authorities that vouch for the vCenter and for its Supervisors, in PEM.
      - When empty, the authorities of the system. Certificates are checked in any case.
    type: path
    default: ""
  port:
    description: The vCenter's port.
    type: int
    default: 443
requirements:
  - fedfleet (Python package)
notes:
  - A module opens one session and closes it in the end.
  - The module runs on the controller. Use it with a local connection.
"""
