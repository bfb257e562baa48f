#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workload
short_description: Runs real work over the federation
description:
  - Uploads the rows of the parties it knows the clusters of, has FATE train a model of all parties' rows, predicts the held-out rows, downloads models
    and predictions, and holds the outcome against a model trained on all rows at once and one trained on each party's alone.
  - A built-in workload deals its rows out to the parties that are given; one that a file describes names each party's files.
  - It fails when a job did not succeed at every party, or when the model is worse than was expected. The report is written in any case.
version_added: 0.1.0
options:
  action:
    description:
      - C(run) for all of it, at the guest.
      - C(upload) for the rows alone, at a party whose partner starts the workload.
    type: str
    choices: [run, upload]
    default: run
  federation:
    description: The federation's name.
    type: str
    required: true
  parties:
    description: The parties whose clusters are known here.
    type: list
    elements: dict
    required: true
    suboptions:
      party_id:
        description: The party's id.
        type: str
        required: true
      kubeconfig:
        description: Its kubeconfig.
        type: path
        default: ""
      context:
        description: Context in it.
        type: str
        default: ""
      namespace:
        description: Its namespace.
        type: str
        required: true
  name:
    description: A built-in workload. Not used with O(description).
    type: str
    choices: [credit-card, credit-card-network, breast-cancer]
    default: credit-card
  description:
    description: File that describes a workload, as YAML.
    type: path
    default: ""
  guest:
    description: The party that starts a built-in workload; empty for the first of O(parties).
    type: str
    default: ""
  arbiter:
    description: The party that aggregates in a built-in workload; empty for the last of O(parties).
    type: str
    default: ""
  upload:
    description: Whether rows are uploaded; false where they are there already.
    type: bool
    default: true
  artefacts:
    description: Folder for rows, models, predictions (C(workloads/)) and the report (C(reports/)).
    type: path
    required: true
attributes:
  check_mode:
    support: none
    description: Is passed over in check mode.
  diff_mode:
    support: none
    description: Work is no configuration.
requirements:
  - fedfleet[workload] (Python package)
notes:
  - The module runs on the controller. Use it with a local connection.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Train the credit-card model at two parties
  fedfleet.federation.workload:
    federation: lab
    parties:
      - {party_id: 30000, kubeconfig: /etc/fedfleet/kubeconfig, namespace: fate-30000}
      - {party_id: 40000, kubeconfig: /etc/fedfleet/kubeconfig, namespace: fate-40000}
    artefacts: artifacts
"""

RETURN = r"""
message:
  description: How it ended, in one sentence.
  returned: always
  type: str
report:
  description: The report, as C(workload-NAME.json) has it.
  returned: when O(action=run)
  type: dict
report_file:
  description: Where that file is.
  returned: when O(action=run)
  type: str
"""

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, fail

if TYPE_CHECKING:
    from fedfleet.workload.session import Choice, Ground

try:
    from fedfleet import progress
    from fedfleet.errors import FedFleetError

    IMPORT_ERROR = ""
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

ARGUMENTS: dict[str, Any] = {
    "action": {"type": "str", "choices": ["run", "upload"], "default": "run"},
    "federation": {"type": "str", "required": True},
    "parties": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": KUBE_ARGUMENTS | {"party_id": {"type": "str", "required": True}, "namespace": {"type": "str", "required": True}},
    },
    "name": {"type": "str", "choices": ["credit-card", "credit-card-network", "breast-cancer"], "default": "credit-card"},
    "description": {"type": "path", "default": ""},
    "guest": {"type": "str", "default": ""},
    "arbiter": {"type": "str", "default": ""},
    "upload": {"type": "bool", "default": True},
    "artefacts": {"type": "path", "required": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=False)
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("fedfleet"), exception=IMPORT_ERROR)
    try:
        told = _upload(module.params) if module.params["action"] == "upload" else _run(module.params)
    except FedFleetError as error:
        fail(module, error)
    if told.get("report", {}).get("ok", True):
        module.exit_json(changed=True, **told)
    module.fail_json(msg=told["message"], changed=True, **told)


def _run(params: dict[str, Any]) -> dict[str, Any]:
    from fedfleet.workload.session import perform

    ground = _ground(params)
    report = perform(_choice(params), ground, progress.report, upload=params["upload"])
    return {"message": report.message, "report": report.model_dump(mode="json"), "report_file": str(ground.report_file(report.name))}


def _upload(params: dict[str, Any]) -> dict[str, Any]:
    from fedfleet.workload.session import upload_only

    workload = upload_only(_choice(params), _ground(params), progress.report)
    return {"message": f"the rows of workload {workload.name} are uploaded; party {workload.members.guest} can start it"}


def _choice(params: dict[str, Any]) -> Choice:
    from fedfleet.workload.session import Choice

    description = Path(params["description"]) if params["description"] else None
    return Choice(params["name"], description, params["guest"], params["arbiter"])


def _ground(params: dict[str, Any]) -> Ground:
    from fedfleet.validation.climbing import Access
    from fedfleet.workload.session import Ground

    return Ground(params["federation"], [Access(**party) for party in params["parties"]], Path(params["artefacts"]))


if __name__ == "__main__":
    main()
