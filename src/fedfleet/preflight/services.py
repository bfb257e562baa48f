"""The database, Spark, HDFS and Pulsar that a site has already, asked from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.engine.fate.inside import database_password
from fedfleet.preflight.findings import Finding
from fedfleet.probe import ask_all
from fedfleet.probe.services import ask_services

if TYPE_CHECKING:
    from fedfleet.federation.external import External
    from fedfleet.kube import Client


def service_findings(client: Client, external: External, namespace: str, *, asked_here: bool) -> list[Finding]:
    """What of the site's own is not there for the party: the Secret with the database's password, and services that do not answer or refuse.

    Args:
        client: of the site's cluster.
        external: what the site has.
        namespace: the party's.
        asked_here: whether this machine reaches the services. Where not, only the Secret is looked for.
    """
    found = []
    password = database_password(client, namespace, external)
    if external.database is not None and not password:
        name, key = external.database.secret, external.database.key
        where = f"Secret {namespace}/{name}"
        fix = f"kubectl --namespace {namespace} create secret generic {name} --from-file={key}=FILE; make the namespace first where it is missing"
        found.append(
            Finding("password of the database (fate_database_external)", f"it under key {key}", "no such Secret or key", where, fix)
        )
        external = external.model_copy(update={"database": None})
    if not asked_here:
        return found
    fix = "; where this machine cannot reach it and the nodes can, set preflight_services_here to false"
    return found + [
        Finding(answer.service, answer.expected, answer.found, "this machine", f"{answer.fix}{fix}")
        for answer in ask_services(external, password, ask_all)
        if not answer.ok
    ]
