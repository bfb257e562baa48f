# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Whose site it is, and where its objects are.
    DOCUMENTATION = r"""
options:
  namespace:
    description: The site's namespace, which must exist.
    type: str
    required: true
  federation:
    description: The federation's name.
    type: str
    required: true
  domain:
    description: The federation's domain, below which all its names are.
    type: str
    required: true
attributes:
  check_mode:
    support: full
    description: Reads and checks everything, and changes nothing.
  diff_mode:
    support: full
    description: Shows the objects that change. Of Secrets, the names of their keys only.
author:
  - The FedFleet authors (@fedfleet)
"""

    # How an exchange's replicas are asked.
    EXCHANGE = r"""
options:
  timeout:
    description: Seconds within which every replica must serve the new routes and be asked for each of them.
    type: float
    default: 30
  resolver:
    description:
      - The DNS server that nginx asks for parties that are known by name, as an address, or a name that the pods' own resolver knows.
      - Without such parties it is not used.
    type: str
    default: kube-dns.kube-system.svc.cluster.local
"""
