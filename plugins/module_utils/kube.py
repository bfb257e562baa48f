# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module that talks to Kubernetes shares: its options, a session, and errors as fail_json."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from ansible.module_utils.basic import missing_required_lib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible.module_utils.basic import AnsibleModule

try:
    from fedfleet.errors import FedFleetError
    from fedfleet.kube import Client

    IMPORT_ERROR = ""
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

KUBE_ARGUMENTS: dict[str, Any] = {
    "kubeconfig": {"type": "path", "default": ""},
    "context": {"type": "str", "default": ""},
}


@contextmanager
def session(module: AnsibleModule, **told: Any) -> Iterator[Client]:
    """A session with the cluster that the module's options name; closed in the end, whatever happens.

    Errors of ours leave the module by fail_json, as sentences and field by field; ``told`` is added to that.
    """
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("fedfleet"), exception=IMPORT_ERROR, **told)
    try:
        with Client.connect(module.params["kubeconfig"] or None, module.params["context"] or None) as client:
            yield client
    except FedFleetError as error:
        fail(module, error, **told)


def fail(module: AnsibleModule, error: FedFleetError, **told: Any) -> NoReturn:
    """Leave the module with an error of ours."""
    # The trace would say where we noticed, which helps nobody; the sentences say what to do.
    module.fail_json(msg=str(error), error=error.facts(), exception="", **told)
    raise AssertionError("fail_json returned")


def without(params: dict[str, Any], *hidden: str) -> dict[str, Any]:
    """The ``invocation`` of a result that leaves out options which may hold secrets or fill screens."""
    return {"module_args": {name: "(left out)" if name in hidden and value else value for name, value in params.items()}}
