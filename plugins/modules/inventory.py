#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inventory
short_description: Holds the inventory of the run against what roles and playbooks read from it
description:
  - Finds variables that nothing reads, with the name that was probably meant; values of a wrong type or out of range; what a site has to say and
    does not; files in C(group_vars) and C(host_vars) that are read for nobody; sites that are in each other's way;
    cards and admissions that lie ready and cannot be taken.
  - What there is to be read is taken from the argument specs of the collection's roles, and from its playbooks.
  - A variable is taken for a misspelt one when it begins like those of a role or closely resembles one of them. All others are the inventory's own.
  - Fails with everything that is wrong at once, each with file and line where a file tells. Changes nothing and asks no cluster.
  - Runs on the machine that runs Ansible, whatever host the task is for, and looks at all hosts of the groups C(exchanges) and C(parties).
version_added: 0.1.0
options:
  other_variables:
    description: Variables of the inventory that begin like ours and are meant for something else. Names, or patterns with C(*).
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - fedfleet.federation.reads
attributes:
  action:
    support: full
    description: The work is done by an action plugin.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Hold the inventory against what reads it
  fedfleet.federation.inventory:
    other_variables: [cluster_owner, "storage_team_*"]
  run_once: true
"""

RETURN = r"""
sites:
  description: The sites that were looked at.
  returned: success
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

ARGUMENTS: dict[str, Any] = {"other_variables": {"type": "list", "elements": "str", "default": []}}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    module.fail_json(msg="This module is its action plugin: only Ansible's own process knows the inventory.")


if __name__ == "__main__":
    main()
