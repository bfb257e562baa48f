"""Who is in the federation, and what was proven on each way between two of them."""

from collections.abc import Iterable, Sequence

from fedfleet.report.model import EXCHANGE, Edge, EdgeKind, EdgeState, Node, Rung, SiteReport

DOORS, ALONE = 1, 4
# The rungs that are about a way between two members.
KINDS: dict[EdgeKind, int] = {"coordination": 2, "broker": 3, "toy": 5}
# What an exchange's own replicas ask of parties; it runs no jobs.
_OF_AN_EXCHANGE: tuple[EdgeKind, ...] = ("coordination", "broker")


def nodes_of(sites: Sequence[SiteReport]) -> tuple[Node, ...]:
    """The exchange, if there is anything to say of it, and all parties by number: those of the inventory and those it knows of."""
    known = {member.party_id: member.organisation for site in sites for member in site.facts.members if member.state == "admitted"}
    known |= {str(site.party_id): site.facts.organisation or known.get(str(site.party_id), "") for site in sites if site.party_id}
    by_id = {id_of(site): site for site in sites}
    ids = [EXCHANGE, *sorted(known, key=int)]
    return tuple(_node(each, known.get(each, ""), by_id.get(each)) for each in ids)


def _node(each: str, organisation: str, site: SiteReport | None) -> Node:
    if site is None:
        return Node(id=each, organisation=organisation)
    return Node(
        id=each,
        organisation=organisation,
        site=site.site,
        state=site.state,
        waits_for=site.waits_for,
        doors=_state(rung for rung in site.rungs if rung.rung == DOORS),
        alone=_state(rung for rung in site.rungs if rung.rung == ALONE),
    )


def edges_of(sites: Sequence[SiteReport]) -> tuple[Edge, ...]:
    """Every way that a site of the inventory was to prove, proven or not, in the order of kinds and members."""
    return tuple(edge for kind in KINDS for site in sites for edge in _edges(kind, site, sites))


def id_of(site: SiteReport) -> str:
    """What its node is called."""
    return str(site.party_id) if site.site_kind == "party" else EXCHANGE


def _edges(kind: EdgeKind, site: SiteReport, sites: Sequence[SiteReport]) -> Iterable[Edge]:
    source = id_of(site)
    if source == EXCHANGE and kind not in _OF_AN_EXCHANGE:
        return
    rungs = [rung for rung in site.rungs if rung.rung == KINDS[kind]]
    for target in _targets(site, sites):
        subject = f"party {target}" if source == EXCHANGE else f"{source} → {target}"
        proofs = [rung for rung in rungs if rung.subject == subject]
        state = _state(proofs)
        yield Edge(
            kind=kind,
            source=source,
            target=target,
            state=state,
            proven_at=proofs[0].proven_at if proofs else None,
            seconds=proofs[0].seconds if proofs else None,
            detail=next((rung.detail for rung in proofs if not rung.ok), proofs[0].detail if proofs else ""),
        )


def _targets(site: SiteReport, sites: Sequence[SiteReport]) -> Sequence[str]:
    """The parties a site knows of but itself; for reports that name none, the parties of the same inventory."""
    known = {member.party_id for member in site.facts.members if member.state == "admitted"}
    if not site.facts.members:
        known = {str(other.party_id) for other in sites if other.party_id}
    return sorted(known - {id_of(site)}, key=int)


def _state(rungs: Iterable[Rung]) -> EdgeState:
    found = list(rungs)
    if not found:
        return "unproven"
    return "proven" if all(rung.ok for rung in found) else "failed"
