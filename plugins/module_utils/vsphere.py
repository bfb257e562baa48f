# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module that talks to vCenter shares: its options, a session, and errors as fail_json."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import fail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible.module_utils.basic import AnsibleModule

try:
    from fedfleet.errors import FedFleetError
    from fedfleet.vsphere.login import Login, log_in
    from fedfleet.vsphere.rest import Rest
    from fedfleet.vsphere.supervisors import Supervisor, choose, require_usable

    IMPORT_ERROR = ""
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

VSPHERE_ARGUMENTS: dict[str, Any] = {
    "hostname": {"type": "str", "required": True},
    "username": {"type": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "ca_file": {"type": "path", "default": ""},
    "port": {"type": "int", "default": 443},
}


@contextmanager
def session(module: AnsibleModule) -> Iterator[Rest]:
    """A session with the vCenter that the module's options name; closed in the end, whatever happens.

    Errors of ours leave the module by fail_json, as sentences and field by field.
    """
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("fedfleet"), exception=IMPORT_ERROR)
    given = module.params
    try:
        with Rest(given["hostname"], given["username"], given["password"], given["ca_file"] or None, given["port"]) as rest:
            yield rest
    except FedFleetError as error:
        fail(module, error)


def supervisor_of(rest: Rest, name: str) -> Supervisor:
    """The Supervisor of that name, or the only one, if clusters can be asked of it."""
    found = choose(rest, name)
    require_usable(found)
    return found


def login(module: AnsibleModule, found: Supervisor) -> Login:
    """A login to the Supervisor as the very account that vCenter is asked as."""
    return log_in(found.endpoint, module.params["username"], module.params["password"], module.params["ca_file"] or None)
