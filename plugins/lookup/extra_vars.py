# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: extra_vars
short_description: What this run was given by -e, as JSON
description:
  - For commands that read the inventory themselves and must read it as this run does.
  - All C(-e) together, those of files as well. Templates are as they were written. What was encrypted is not any more, so hide it with C(no_log).
version_added: 0.1.0
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Keep it for a command, in a file that nobody else may read
  ansible.builtin.copy:
    content: "{{ lookup('fedfleet.federation.extra_vars') }}"
    dest: /run/fedfleet/extra-vars.json
    mode: "0600"
  no_log: true
"""

RETURN = r"""
_raw:
  description: One JSON object.
  type: list
  elements: str
"""

import json
from typing import TYPE_CHECKING

from ansible.plugins.lookup import LookupBase
from ansible.utils.vars import load_extra_vars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(self, terms: Sequence[object], variables: Mapping[str, object] | None = None, **options: object) -> list[str]:
        del terms, variables, options
        # What is no text as it is, such as a value that was encrypted by itself, is one as soon as it is asked.
        return [json.dumps(load_extra_vars(self._loader), default=str)]
