# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What is known already, and whether errors end the task.
    DOCUMENTATION = r"""
options:
  assertions:
    description: What was found out elsewhere, such as of the inventory's variables among themselves, to be told together with the rest.
    type: list
    elements: dict
    default: []
    suboptions:
      about:
        description: What it is about.
        type: str
        required: true
      holds:
        description: Whether it is as it must be.
        type: bool
        required: true
      fail_msg:
        description: What to say where it is not.
        type: str
        required: true
  fails:
    description: Whether the module fails where something is missing. Else the results say so.
    type: bool
    default: true
author:
  - The FedFleet authors (@fedfleet)
"""
