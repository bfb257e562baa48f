# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of registration share: their options, and results as Ansible shows them."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from fedfleet.exchange.findings import ReplicaRoute
    from fedfleet.exchange.settings import ExchangeSettings
    from fedfleet.federation.route import RouteTable
    from fedfleet.kube.whole import Written
    from fedfleet.pki.certificates import CertificateFacts

SITE_ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "namespace": {"type": "str", "required": True},
    "federation": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
}
EXCHANGE_ARGUMENTS: dict[str, Any] = SITE_ARGUMENTS | {
    "timeout": {"type": "float", "default": 30},
    "resolver": {"type": "str", "default": "kube-dns.kube-system.svc.cluster.local"},
}
SOURCE_ARGUMENTS: dict[str, Any] = {
    "address": {"type": "str", "default": ""},
    "port": {"type": "int", "default": 0},
    "service": {"type": "str", "default": ""},
    "service_port": {"type": "int", "default": 0},
    "node_address": {"type": "str", "default": ""},
    "server_name": {"type": "str", "default": ""},
}
ENDPOINTS_ARGUMENT: dict[str, Any] = {
    "type": "dict",
    "required": True,
    "options": {
        "broker": {"type": "dict", "required": True, "options": SOURCE_ARGUMENTS},
        "coordination": {"type": "dict", "required": True, "options": SOURCE_ARGUMENTS},
    },
}


def exchange_settings(params: Mapping[str, Any]) -> ExchangeSettings:
    """The exchange that a module's options describe."""
    from fedfleet.exchange.nginx import NginxSettings
    from fedfleet.exchange.settings import ExchangeSettings

    nginx = NginxSettings(resolver=params.get("resolver") or "")
    return ExchangeSettings(params["namespace"], params["federation"], params["domain"], nginx=nginx)


def sources(endpoints: Mapping[str, Mapping[str, Any]]) -> dict[Any, Any]:
    """Where endpoints come from, as the library has it."""
    from fedfleet.registration.endpoints import EndpointSource

    names = ("address", "port", "service", "service_port", "node_address")
    return {endpoint: EndpointSource(**{name: given[name] for name in names}) for endpoint, given in endpoints.items()}


def shown_findings(findings: Iterable[ReplicaRoute]) -> list[dict[str, Any]]:
    """What was asked of each replica, and what was found."""
    return [asdict(finding) for finding in findings]


def shown_routes(table: RouteTable) -> list[dict[str, str]]:
    """The routes, in short."""
    return [{"party_id": route.party_id, "kind": route.kind, "match": route.match, "target": route.target} for route in table.routes]


def shown_certificates(facts: Mapping[Any, CertificateFacts], now: datetime) -> list[dict[str, Any]]:
    """Certificates with what is left of their lives."""
    return [
        {"name": str(name), "subject": found.subject, "not_after": found.not_after.isoformat(), "days_left": found.days_left(now)}
        for name, found in facts.items()
    ]


def shown_changes(written: Iterable[Written]) -> list[dict[str, str]]:
    """What changes, as Ansible's diff."""
    return [
        {"before_header": done.name, "after_header": done.name, "before": _listed(done.before), "after": _listed(done.after)}
        for done in written
        if done.changed
    ]


def write_text(path: str, text: str, *, check_mode: bool) -> bool:
    """Make a file hold ``text``, whole or not at all; whether it did not before."""
    target = Path(path)
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return False
    if not check_mode:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
            file.write(text)
        written = Path(file.name)
        written.chmod(0o644)
        written.replace(target)
    return True


def _listed(texts: Mapping[str, str]) -> str:
    return "".join(f"== {name}\n{text.rstrip()}\n" for name, text in sorted(texts.items()))
