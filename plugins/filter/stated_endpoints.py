# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: stated_endpoints
short_description: Where sites can be reached, as cards and admissions say
description:
  - Reads the files that sites hand one another and tells the endpoints in them, for people to read. It checks no signature and no fingerprint;
    M(fedfleet.federation.admit) and M(fedfleet.federation.admission) do that before anything is led there.
  - A file that is not there, or neither a card nor an admission, says nothing.
version_added: 0.1.0
options:
  _input:
    description: Paths of cards and admissions.
    type: list
    elements: path
    required: true
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Show where the parties say that they can be reached
  ansible.builtin.debug:
    msg: "{{ query('ansible.builtin.fileglob', inventory_dir ~ '/artifacts/incoming/*.yaml') | fedfleet.federation.stated_endpoints }}"
"""

RETURN = r"""
_value:
  description:
    - Endpoints by site - a party's number by its card, C(exchange) by an admission - and by name, each with address and port.
  type: dict
  sample: {"30000": {"broker": {"address": "192.0.2.7", "port": 6651}, "coordination": {"address": "192.0.2.7", "port": 9443}}}
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"stated_endpoints": stated_endpoints}


def stated_endpoints(files: Iterable[str]) -> dict[str, dict[str, dict[str, Any]]]:
    try:
        from fedfleet.registration import stated
    except ImportError as problem:
        raise AnsibleFilterError(f"The Python package fedfleet is not installed beside Ansible: {problem}") from problem
    return {
        site: {endpoint.name: {"address": endpoint.address, "port": endpoint.port} for endpoint in endpoints}
        for site, endpoints in stated.stated_endpoints(Path(str(file)).expanduser() for file in files).items()
    }
