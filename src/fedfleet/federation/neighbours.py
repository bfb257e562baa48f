"""Sites of one inventory against each other. Each may be well described, and they may still be in each other's way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from fedfleet.federation.addresses import joined
from fedfleet.federation.names import ENDPOINT_NAMES, exchange_server_name, probe_name, server_name
from fedfleet.federation.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


@dataclass(frozen=True)
class SitePlan:
    """What an inventory says of one site.

    Attributes:
        name: the site's name in the inventory.
        kind: what it is.
        federation, domain: what it belongs to.
        cluster: kubeconfig and context, as the inventory has them.
        namespace: where it lives in the cluster.
        party_id: of a party.
        targets: the addresses and ports that the inventory says it is reached at, by endpoint; empty where the load balancer will say.
        web_names: host names on its ingress.
    """

    name: str
    kind: Literal["exchange", "party"]
    federation: str
    domain: str
    cluster: tuple[str, str]
    namespace: str
    party_id: str = ""
    targets: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    web_names: tuple[str, ...] = ()

    @property
    def server_names(self) -> frozenset[str]:
        """The names that TLS knows it by."""
        if self.kind == "exchange":
            return frozenset({*(exchange_server_name(name, self.domain) for name in ENDPOINT_NAMES), probe_name(self.domain)})
        return frozenset(server_name(name, self.party_id, self.domain) for name in ENDPOINT_NAMES)


def neighbour_problems(sites: Sequence[SitePlan]) -> list[Problem]:
    """What no two sites of an inventory may have in common, and what they must."""
    parties = [site for site in sites if site.kind == "party"]
    exchanges = [site for site in sites if site.kind == "exchange"]
    return [
        *_shared(
            parties,
            lambda site: {f"party {site.party_id} of federation {site.federation}"},
            "is two sites; give each party a party_id of its own",
        ),
        *_shared(
            sites,
            lambda site: {f"namespace {site.namespace} of the same cluster {_cluster(site)}".rstrip()},
            "is the place of two sites; give one of them another site_namespace, or another cluster",
        ),
        *_shared(
            sites,
            lambda site: {joined(*target) for target in site.targets.values()},
            "is where two sites say that they are reached; correct public_endpoint of one of them",
        ),
        *_shared(
            exchanges,
            lambda _: {"the exchange"},
            "is two sites; an inventory has one at most, for its parties have to know which is theirs",
        ),
        *_domain_problems(sites),
        *_web_problems(sites),
    ]


def _cluster(site: SitePlan) -> str:
    kubeconfig, context = site.cluster
    return f"({', '.join(filter(None, (kubeconfig, context and f'context {context}')))})" if kubeconfig or context else ""


def _shared(sites: Iterable[SitePlan], claims: Callable[[SitePlan], Iterable[str]], sentence: str) -> list[Problem]:
    owners: dict[str, list[str]] = defaultdict(list)
    for site in sites:
        for claim in claims(site):
            owners[claim].append(site.name)
    return [Problem(" and ".join(names), f"{claim} {sentence}") for claim, names in owners.items() if len(names) > 1]


def _domain_problems(sites: Sequence[SitePlan]) -> list[Problem]:
    """One federation has one domain, and a domain is one federation's: names below it must mean one thing."""
    found = []
    for at, site in enumerate(sites):
        for other in sites[:at]:
            where = f"{other.name} and {site.name}"
            if site.federation == other.federation and site.domain != other.domain:
                sentence = (
                    f"both are of the federation {site.federation}, but its domain is {other.domain} to one and {site.domain} to the other; "
                    "all partners write the same federation_domain"
                )
                found.append(Problem(where, sentence))
            if site.federation != other.federation and site.domain == other.domain:
                sentence = (
                    f"the federations {other.federation} and {site.federation} share the domain {site.domain}, so that their names clash; "
                    "give each its own federation_domain"
                )
                found.append(Problem(where, sentence))
    return found


def _web_problems(sites: Sequence[SitePlan]) -> list[Problem]:
    """A host name on an ingress that TLS between sites uses too would be led to whichever comes first."""
    taken = {name: site.name for site in sites for name in site.server_names}
    return [
        Problem(site.name, f"its notebook's name {name} is also a name of {taken[name]} in the federation; choose another ingress_domain")
        for site in sites
        for name in site.web_names
        if name in taken
    ]
