"""One look at a site: a handful of requests, whatever the site's size."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, TypeVar

from fedfleet.errors import FedFleetError
from fedfleet.exchange.admitted import admitted_parties
from fedfleet.federation.card import Card
from fedfleet.inspection import certificates
from fedfleet.inspection.workloads import capacity_of, images_of, sizing_of, versions_of
from fedfleet.kube import ForbiddenError
from fedfleet.report.facts import Certificate, Member, SiteFacts, Size, Version

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.exchange.settings import ExchangeSettings
    from fedfleet.kube import Client, KubeObject
    from fedfleet.validation.party import Party

_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class Terms:
    """What is known of a site before it is looked at.

    Attributes:
        profile: its size: lab, pilot or production.
        needed: what that profile asks of a cluster.
        engine_profile: its engine's profile; empty for an exchange.
        ansible: the version of ansible-core that runs this; empty where none does.
    """

    profile: str
    needed: Size
    engine_profile: str = ""
    ansible: str = ""


@dataclass
class _Look:
    """Tries to see one thing after the other; what cannot be seen is written down and holds up nothing."""

    unseen: list[str] = field(default_factory=list)

    def at(self, what: str, see: Callable[[], _Seen]) -> _Seen | None:
        try:
            return see()
        except FedFleetError as error:
            self.unseen.append(f"{what}: {error.summary}{f', found {error.found}' if error.found else ''}")
            return None


def at_party(party: Party, terms: Terms) -> SiteFacts:
    """Look at a party. Raises nothing of ours: what could not be seen is in ``unseen``."""
    look = _Look()
    client, namespace = party.client, party.namespace
    roster = look.at("the roster", party.roster)
    known = tuple(
        Member(party_id=member.party_id, organisation=member.organisation, state=member.state.value)
        for member in (roster.parties if roster else ())
    )
    organisation = next((member.organisation for member in known if member.party_id == party.party_id), "")
    shown = look.at("certificates", lambda: certificates.of_party(client, namespace)) or ()
    organisation = organisation or look.at("the card", lambda: _organisation(party)) or ""
    return _facts(look, client, namespace, terms, shown, known, organisation)


def at_exchange(client: Client, settings: ExchangeSettings, terms: Terms) -> SiteFacts:
    """Look at an exchange. Raises nothing of ours: what could not be seen is in ``unseen``."""
    look = _Look()
    admitted = look.at("admitted cards", lambda: admitted_parties(client, settings)) or {}
    members = tuple(Member(party_id=party, organisation=entry.card.organisation) for party, entry in admitted.items())
    shown = look.at("certificates", lambda: certificates.of_exchange(client, settings, admitted)) or ()
    return _facts(look, client, settings.namespace, terms, shown, members, "")


def _facts(
    look: _Look,
    client: Client,
    namespace: str,
    terms: Terms,
    shown: tuple[Certificate, ...],
    members: tuple[Member, ...],
    organisation: str,
) -> SiteFacts:
    pods = look.at("pods", lambda: client.list("Pod", namespace, api_version="v1")) or []
    claims = look.at("claims", lambda: client.list("PersistentVolumeClaim", namespace)) or []
    nodes = look.at("nodes", lambda: _nodes(client))
    images = images_of(pods)
    return SiteFacts(
        organisation=organisation,
        namespace=namespace,
        engine_profile=terms.engine_profile,
        members=members,
        certificates=shown,
        images=images,
        sizing=sizing_of(pods, claims, terms.profile, terms.needed, capacity_of(nodes) if nodes is not None else None),
        versions=(
            *_own_versions(terms.ansible),
            *_api(look.at("the API's version", client.version)),
            *versions_of(images, nodes or ()),
        ),
        unseen=tuple(look.unseen),
    )


def _nodes(client: Client) -> list[KubeObject] | None:
    """The cluster's nodes; None for a site with rights in its namespace only, which is a choice and no gap."""
    try:
        return client.list("Node", api_version="v1")
    except ForbiddenError:
        return None


def _own_versions(ansible: str) -> tuple[Version, ...]:
    found = {"FedFleet": metadata.version("fedfleet"), "ansible-core": ansible, "Python": platform.python_version()}
    return tuple(Version(name=name, version=version, source="package") for name, version in found.items() if version)


def _api(version: str | None) -> tuple[Version, ...]:
    return (Version(name="Kubernetes", version=version, source="API"),) if version else ()


def _organisation(party: Party) -> str:
    found = party.client.get("ConfigMap", "card", party.namespace)
    text = ((found or {}).get("data") or {}).get("card.yaml")
    return Card.read(text, f"ConfigMap card in {party.namespace}").organisation if text else ""
