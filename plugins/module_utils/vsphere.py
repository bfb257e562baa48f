# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module that talks to vCenter or a Supervisor shares: its options, a session, results without the password."""

from __future__ import annotations

import time
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from ansible.module_utils.basic import env_fallback, missing_required_lib

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible.module_utils.basic import AnsibleModule

try:
    from fedfleet import kube, vsphere
    from fedfleet.errors import FedFleetError

    IMPORT_ERROR = ""
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

VSPHERE_ARGUMENTS: dict[str, Any] = {
    "hostname": {"type": "str", "fallback": (env_fallback, ["VCENTER_HOST"])},
    "username": {"type": "str", "fallback": (env_fallback, ["VCENTER_USER"])},
    "password": {"type": "str", "no_log": True, "fallback": (env_fallback, ["VCENTER_PASSWORD"])},
    "port": {"type": "int", "default": 443},
    "ca_file": {"type": "path", "fallback": (env_fallback, ["VCENTER_CA"])},
}
SUPERVISOR_ARGUMENTS: dict[str, Any] = VSPHERE_ARGUMENTS | {
    "supervisor": {"type": "str", "default": ""},
    "supervisor_address": {"type": "str", "default": ""},
    "supervisor_ca_file": {"type": "path", "default": ""},
    "supervisor_login_port": {"type": "int", "default": 443},
    "supervisor_api_port": {"type": "int", "default": 6443},
}

_SECRET = ("password", "subscription_password")


class Work:
    """A module at work on a vCenter: when it began, and how it ends."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return round(time.monotonic() - self._started, 1)

    @property
    def invocation(self) -> dict[str, Any]:
        """The options without the password: a module that runs in the process of its task has nobody to take it out."""
        return dict(without(self._module.params, *_SECRET))

    def done(self, *, changed: bool, before: Any = None, after: Any = None, **result: Any) -> NoReturn:
        """Leave the module with a result; ``before`` and ``after`` make the diff where something changed."""
        if changed and (before is not None or after is not None):
            result["diff"] = {"before": before or {}, "after": after or {}}
        self._module.exit_json(changed=changed, seconds=self.seconds, invocation=self.invocation, **result)
        raise AssertionError("exit_json returned")

    def fail(self, error: FedFleetError, **result: Any) -> NoReturn:
        """Leave the module with an error of ours, and what else there is to tell."""
        # The trace would say where we noticed, which helps nobody; the sentences say what to do.
        told = {"error": error.facts(), "exception": "", "seconds": self.seconds, "invocation": self.invocation}
        self._module.fail_json(msg=str(error), **told, **result)
        raise AssertionError("fail_json returned")


@contextmanager
def errors_told(module: AnsibleModule) -> Iterator[Work]:
    """Let errors of ours leave the module by fail_json, as sentences and field by field."""
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("fedfleet"), exception=IMPORT_ERROR, invocation=without(module.params, *_SECRET))
    work = Work(module)
    try:
        yield work
    except FedFleetError as error:
        work.fail(error)


@contextmanager
def session(module: AnsibleModule) -> Iterator[tuple[Work, vsphere.Client]]:
    """A session with the vCenter that the module's options name; closed in the end, whatever happens."""
    with errors_told(module) as work:
        params = module.params
        require(params, "hostname", "username", "password")
        with connected(params) as client:
            yield work, client


def connected(params: dict[str, Any]) -> vsphere.Client:
    """A session with the vCenter that options name."""
    return vsphere.Client.connect(
        params["hostname"], params["username"], params["password"], ca_file=params["ca_file"], port=params["port"]
    )


@contextmanager
def supervisor_session(module: AnsibleModule) -> Iterator[tuple[Work, kube.Client]]:
    """A session with the Kubernetes API of the Supervisor that the module's options name, by a token in memory."""
    from fedfleet.kube import Client

    with errors_told(module) as work:
        found = log_in(module)
        with Client.with_token(found.server, found.token, found.ca_pem) as client:
            yield work, client


def log_in(module: AnsibleModule) -> Any:
    """Log in to the Supervisor; its address is asked of vCenter where it is not given. A ``fedfleet.vsphere.login.Login``."""
    from fedfleet.vsphere.login import login

    params = module.params
    require(params, "username", "password")
    return login(
        supervisor_address(module),
        params["username"],
        params["password"],
        ca_file=params["supervisor_ca_file"] or params["ca_file"],
        port=params["supervisor_login_port"],
        api_port=params["supervisor_api_port"],
    )


def supervisor_address(module: AnsibleModule) -> str:
    """The Supervisor's address: as given, else as vCenter says."""
    from fedfleet.vsphere.supervisors import find

    params = module.params
    if params["supervisor_address"]:
        return str(params["supervisor_address"])
    require(params, "hostname", "username", "password")
    with connected(params) as client:
        found = find(client, params["supervisor"])
    if not found.endpoint:
        raise vsphere.SettingsError(
            f"Supervisor {found.name} has no API endpoint yet",
            expected="a Supervisor that is RUNNING",
            found=found.text,
            where=params["hostname"],
            next_step="Wait until vCenter shows it as running (module supervisor_info with wait)",
        )
    return found.endpoint


def named_or_all(resource: Any, client: vsphere.Client, name: str) -> list[Any]:
    """What the library's module ``resource`` finds under that name, one or none; without a name, all that it lists."""
    if not name:
        return list(resource.list_all(client))
    found = resource.find(client, name)
    return [] if found is None else [found]


def require(params: dict[str, Any], *names: str) -> None:
    """Do nothing where every option has a value.

    Raises:
        SettingsError: one has none, neither from the task nor from the environment.
    """
    variables = {"hostname": "VCENTER_HOST", "username": "VCENTER_USER", "password": "VCENTER_PASSWORD"}
    missing = [name for name in names if not params[name]]
    if missing:
        raise vsphere.SettingsError(
            f"It is not said which vCenter, or as whom: {', '.join(missing)} missing",
            expected=", ".join(f"{name} (or {variables[name]})" for name in missing),
            found="neither option nor environment variable",
            next_step="Set them in the task, in module_defaults of the group fedfleet.federation.vsphere, or in the environment",
        )
