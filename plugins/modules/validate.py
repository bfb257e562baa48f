#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: validate
short_description: Climbs the ladder of proofs at one site
description:
  - Proves a site rung after rung - names, TCP and TLS; the coordination hop; the broker hop; a toy job alone; a toy job with each partner that answers -
    and stops at the first rung that does not hold, naming hop, replica and fix.
  - Jobs are run again only when images, settings, certificates or routes have changed since they last succeeded, or with O(force). Their proofs are kept in
    the ConfigMap C(fedfleet-proofs) of the site's namespace.
  - A job has succeeded when both parties' FATE Flow say so.
  - Looks once at what the site is made of - certificates, images, sizes, versions - and writes it into the report. What it may not see is named there
    and holds up nothing.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  namespace:
    description: The site's namespace.
    type: str
    required: true
  site:
    description: The site's name in the inventory.
    type: str
    required: true
  site_kind:
    description: What the site is.
    type: str
    choices: [exchange, party]
    required: true
  federation:
    description: The federation's name.
    type: str
    required: true
  domain:
    description: The federation's domain.
    type: str
    required: true
  party_id:
    description: The party's id; 0 for an exchange.
    type: int
    default: 0
  partners:
    description: Partners whose clusters are known here. One of them that does not answer is a failure.
    type: list
    elements: dict
    default: []
    suboptions:
      party_id:
        description: The partner's id.
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
  highest_rung:
    description: How far up the ladder.
    type: int
    choices: [1, 2, 3, 4, 5]
    default: 5
  force:
    description: Whether jobs are run even when nothing has changed since they last succeeded.
    type: bool
    default: false
  toy_timeout:
    description: Seconds until a job counts as failed.
    type: float
    default: 600
  reaches_endpoints:
    description: Whether the machine that runs Ansible reaches public endpoints. Without, rungs 1 and 3 are left out.
    type: bool
    default: true
  own_doors:
    description: Whether it reaches this party's own public endpoints.
    type: bool
    default: true
  report_file:
    description: Where the results are written, as JSON. Empty for nowhere.
    type: path
    default: ""
  card_file:
    description: Where the party's card lies, for the sentence a site ends with.
    type: str
    default: ""
  profile:
    description: The site's size, for the report.
    type: str
    default: pilot
  engine_profile:
    description: The profile of the party's engine, for the report.
    type: str
    default: ""
  sizing:
    description: What the site's size asks of a cluster, for the report.
    type: dict
    default: {nodes: 0, cores: 0, memory_gib: 0}
    suboptions:
      nodes:
        description: Nodes.
        type: int
        default: 0
      cores:
        description: CPU cores.
        type: float
        default: 0
      memory_gib:
        description: GiB of memory.
        type: float
        default: 0
attributes:
  check_mode:
    support: partial
    description: Says without a change what holds.
    details: >-
      No job is run and nothing is written. Rungs 1 to 3 are climbed; one that does not hold is told and is no failure, because what the run would have put
      right before was not.
  diff_mode:
    support: none
    description: Proofs are no configuration.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Prove a party's connections
  fedfleet.federation.validate:
    kubeconfig: /etc/fedfleet/kubeconfig
    namespace: fate-30000
    site: party30000
    site_kind: party
    federation: lab
    domain: fate.lab.internal
    party_id: 30000
    report_file: artifacts/reports/party30000.json
"""

RETURN = r"""
state:
  description: Where the site is.
  returned: success
  type: str
  sample: validated
sentence:
  description: That, and what the site waits for and from whom.
  returned: success
  type: str
rungs:
  description: What was proven.
  returned: always
  type: list
  elements: dict
  contains:
    rung:
      description: Number of the rung.
      type: int
    name:
      description: What it proves.
      type: str
    subject:
      description: Between whom.
      type: str
    ok:
      description: Whether it holds.
      type: bool
    seconds:
      description: How long it took.
      type: float
    detail:
      description: What was seen.
      type: str
    fix:
      description: What to do when it does not hold.
      type: str
    proven_at:
      description: When it was proven.
      type: str
routes:
  description: For an exchange, what each replica answered for each route.
  returned: always
  type: list
  elements: dict
rung:
  description: The first rung that does not hold.
  returned: failure
  type: int
exit_code:
  description: The exit code of C(fedfleet report) for that rung.
  returned: failure
  type: int
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.module_utils.ansible_release import __version__ as ansible_version
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, fail, session

if TYPE_CHECKING:
    from fedfleet.exchange.findings import ReplicaRoute as Finding
    from fedfleet.exchange.settings import ExchangeSettings
    from fedfleet.kube import Client
    from fedfleet.report import ReplicaRoute, Rung
    from fedfleet.report.facts import SiteFacts
    from fedfleet.validation.climbing import Outcome
    from fedfleet.validation.ladder import Proof
    from fedfleet.validation.party import Party

# Jobs start here; check mode stays below.
_FIRST_JOB = 4
ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "namespace": {"type": "str", "required": True},
    "site": {"type": "str", "required": True},
    "site_kind": {"type": "str", "choices": ["exchange", "party"], "required": True},
    "federation": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
    "party_id": {"type": "int", "default": 0},
    "partners": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": KUBE_ARGUMENTS | {"party_id": {"type": "str", "required": True}, "namespace": {"type": "str", "required": True}},
    },
    "highest_rung": {"type": "int", "choices": [1, 2, 3, 4, 5], "default": 5},
    "force": {"type": "bool", "default": False},
    "toy_timeout": {"type": "float", "default": 600},
    "reaches_endpoints": {"type": "bool", "default": True},
    "own_doors": {"type": "bool", "default": True},
    "report_file": {"type": "path", "default": ""},
    "card_file": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": "pilot"},
    "engine_profile": {"type": "str", "default": ""},
    "sizing": {
        "type": "dict",
        "default": {"nodes": 0, "cores": 0, "memory_gib": 0},
        "options": {
            "nodes": {"type": "int", "default": 0},
            "cores": {"type": "float", "default": 0},
            "memory_gib": {"type": "float", "default": 0},
        },
    },
}


def run(module: AnsibleModule) -> None:
    is_party = module.params["site_kind"] == "party"
    with session(module) as client:
        from fedfleet.errors import FedFleetError
        from fedfleet.kube import KubeError

        try:
            outcome = _party(client, module.params, check=module.check_mode) if is_party else _exchange(client, module.params)
        except FedFleetError as error:
            if not module.check_mode or isinstance(error, KubeError):
                raise
            # What the ladder stands on is made by tasks before this one, which did nothing in check mode.
            module.exit_json(
                changed=False, state="planned", sentence=f"There is nothing to prove yet. {error.summary}.", rungs=[], routes=[]
            )
        rungs = [_rung(proof) for proof in outcome.proofs]
        routes = [_route(finding) for finding in outcome.routes]
        if module.params["report_file"] and not module.check_mode:
            _write(module.params, outcome, rungs, routes, _look(client, module.params))
    told: dict[str, Any] = {
        "changed": outcome.changed,
        "rungs": [rung.model_dump(mode="json") for rung in rungs],
        "routes": [route.model_dump(mode="json") for route in routes],
    }
    from fedfleet.validation.ladder import RungError

    ended = outcome.ended
    if isinstance(ended, RungError) and module.check_mode:
        module.warn(f"{ended} In check mode this is no failure: what the run would change first was not changed.")
        module.exit_json(state="deployed", sentence=f"Not proven: {ended.summary}.", **told)
    elif isinstance(ended, RungError):
        fail(module, ended, rung=ended.rung, exit_code=int(ended.exit_code), **told)
    else:
        module.exit_json(state=str(ended.state), sentence=ended.sentence, **told)


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


def _look(client: Client, params: dict[str, Any]) -> SiteFacts:
    from fedfleet.inspection import look
    from fedfleet.report.facts import Size

    terms = look.Terms(params["profile"], Size(**params["sizing"]), params["engine_profile"], ansible_version)
    if params["site_kind"] == "party":
        return look.at_party(_of_party(client, params), terms)
    return look.at_exchange(client, _of_exchange(params), terms)


def _of_party(client: Client, params: dict[str, Any]) -> Party:
    from fedfleet.validation.party import Party

    return Party(str(params["party_id"]), client, params["namespace"])


def _of_exchange(params: dict[str, Any]) -> ExchangeSettings:
    from fedfleet.exchange.settings import ExchangeSettings

    return ExchangeSettings(params["namespace"], params["federation"], params["domain"])


def _party(client: Client, params: dict[str, Any], *, check: bool) -> Outcome:
    from fedfleet.validation.climbing import Access, climb_party
    from fedfleet.validation.jobs import ToyTerms
    from fedfleet.validation.party_ladder import PartyTerms
    from fedfleet.validation.turns import in_turn

    report = params["report_file"]
    terms = PartyTerms(
        highest=min(params["highest_rung"], _FIRST_JOB - 1) if check else params["highest_rung"],
        toys=ToyTerms(params["toy_timeout"], force=params["force"]),
        # Toys of the sites of one inventory take turns at a file beside their reports.
        turn=in_turn(Path(report).parent / ".toys" if report else None),
        reaches_endpoints=params["reaches_endpoints"],
        own_doors=params["own_doors"],
    )
    partners = [Access(**partner) for partner in params["partners"]]
    return climb_party(_of_party(client, params), partners, terms, params["card_file"], keep=not check)


def _exchange(client: Client, params: dict[str, Any]) -> Outcome:
    from fedfleet.validation.climbing import climb_exchange

    return climb_exchange(client, _of_exchange(params), reaches_endpoints=params["reaches_endpoints"])


def _route(finding: Finding) -> ReplicaRoute:
    from fedfleet.report import ReplicaRoute

    return ReplicaRoute(
        replica=finding.replica, route=f"{finding.route} by {finding.kind}", ok=finding.ok, seconds=finding.seconds, detail=finding.detail
    )


def _rung(proof: Proof) -> Rung:
    from fedfleet.report import Rung

    return Rung(
        rung=proof.rung,
        name=proof.name,
        ok=proof.ok,
        subject=proof.subject,
        seconds=round(proof.seconds, 2),
        detail=proof.detail,
        fix=proof.fix,
        proven_at=proof.proven_at,
    )


def _write(params: dict[str, Any], outcome: Outcome, rungs: list[Rung], routes: list[ReplicaRoute], facts: SiteFacts) -> None:
    from fedfleet.report import SiteReport
    from fedfleet.validation.ladder import RungError

    ended = outcome.ended
    report = SiteReport(
        federation=params["federation"],
        site=params["site"],
        site_kind=params["site_kind"],
        party_id=params["party_id"] or None,
        state="failed" if isinstance(ended, RungError) else str(ended.state),
        waits_for=ended.next_step if isinstance(ended, RungError) else ended.waits_for,
        written_at=datetime.now(UTC),
        rungs=tuple(rungs),
        routes=tuple(routes),
        facts=facts,
    )
    path = Path(params["report_file"])
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all, for whoever reads it at the same time.
    draft = path.with_suffix(".draft")
    draft.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    main()
