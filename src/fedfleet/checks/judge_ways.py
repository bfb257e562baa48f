"""Checks of certificates and of the ways between sites: broker, coordination and exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.checks.look import seen
from fedfleet.checks.model import EXCHANGE, PARTY, Check, Level, Outcome, judged
from fedfleet.exchange import findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.checks.look import Look
    from fedfleet.validation.ladder import Proof


# Days that should be left, and that must be.
CERTIFICATE_DAYS = (30.0, 7.0)
AUTHORITY_DAYS = (365.0, 60.0)


def certificate_days(look: Look) -> Iterable[Outcome]:
    """Days until certificates end."""
    for certificate in seen(look.certificates):
        if certificate.facts is None:
            continue
        warned, refused = AUTHORITY_DAYS if certificate.is_authority else CERTIFICATE_DAYS
        days = certificate.facts.days_left(look.now)
        name = certificate.name if certificate.is_authority else f"certificate {certificate.name}"
        yield Outcome(judged(days, warned, refused, least=True), name, f"{days} days left", f"{warned:g}")


def certificate_good(look: Look) -> Iterable[Outcome]:
    """Certificates that are what they must be: key, name, signer."""
    for certificate in seen(look.certificates):
        level = Level.FAILURE if certificate.faults else Level.OK
        yield Outcome(
            level,
            f"certificate {certificate.name}",
            "; ".join(certificate.faults) or "good",
            "its key, its name, its CA",
            certificate.where,
        )


def certificate_shown(look: Look) -> Iterable[Outcome]:
    """What programs show is what is stored."""
    for certificate in seen(look.certificates):
        if certificate.shown is not None:
            level = Level.FAILURE if certificate.shown else Level.OK
            yield Outcome(level, f"certificate {certificate.name}", f"shown is {certificate.shown or 'the stored one'}", "the stored one")


def broker_answers(look: Look) -> Iterable[Outcome]:
    """Pulsar's admin API answers."""
    records = seen(look.broker)
    yield Outcome(Level.OK, "Pulsar", f"answers; {len(records.unknown)} records of parties that are on no roster", "an answer")


def own_services(look: Look) -> Iterable[Outcome]:
    """The site's own database, Spark, HDFS and Pulsar, as FATE Flow's pod finds them."""
    for answer in seen(look.own_services):
        yield Outcome(
            Level.OK if answer.ok else Level.FAILURE, answer.service, answer.found, answer.expected, "" if answer.ok else answer.fix
        )


def broker_records(look: Look) -> Iterable[Outcome]:
    """The broker knows partners as the roster has them."""
    records = seen(look.broker)
    for party in records.dropped:
        yield Outcome(Level.WARNING, f"record of party {party}", "still there", "none: the party was removed")
    for party in records.corrected:
        yield Outcome(Level.FAILURE, f"record of party {party}", "leads elsewhere", "the exchange's address as the roster has it")
    if not records.changed:
        yield Outcome(Level.OK, "records of partners", "as the roster says", "the same")


def _of_proofs(proofs: Iterable[Proof], level: Level, wanted: str) -> Iterable[Outcome]:
    for proof in proofs:
        found = proof.detail or "holds"
        yield Outcome(Level.OK if proof.ok else level, proof.subject, found, wanted, proof.fix)


def broker_doors(look: Look) -> Iterable[Outcome]:
    """Partners' brokers through the exchange."""
    yield from _of_proofs(seen(look.hops).brokers, Level.FAILURE, "TLS with the partner's broker")


def flow_answers(look: Look) -> Iterable[Outcome]:
    """FATE Flow answers, and is this party's."""
    found = seen(look.flow).party_id
    level = Level.OK if found == look.place.party_id else Level.FAILURE
    yield Outcome(level, "FATE Flow", f"answers as party {found}", look.place.party_id)


def own_doors(look: Look) -> Iterable[Outcome]:
    """The party's own doors from here; behind address translation they need not be reachable from here."""
    yield from _of_proofs(seen(look.hops).own, Level.WARNING, "TLS with the right name")


def partners(look: Look) -> Iterable[Outcome]:
    """Each partner through the exchange. One that does not answer may be down: its own affair."""
    hops = seen(look.hops)
    yield from _of_proofs(hops.partners, Level.FAILURE, "the partner's FATE Flow through the exchange")
    for partner, reason in sorted(hops.silent.items()):
        yield Outcome(Level.WARNING, f"party {partner}", reason, "an answer through the exchange", "Ask the partner")


def admission(look: Look) -> Iterable[Outcome]:
    """The party is on the roster, as admitted."""
    roster = seen(look.roster)
    if roster is None:
        yield Outcome(
            Level.WARNING, f"party {look.place.party_id}", "no admission yet", "an admission", "Send the card to the exchange's operator"
        )
        return
    member = roster.member(look.place.party_id)
    state = str(member.state) if member else "not on it"
    text = f"{state}, roster {roster.serial} of {roster.issued:%Y-%m-%d}"
    yield Outcome(Level.OK if state == "admitted" else Level.FAILURE, f"party {look.place.party_id}", text, "admitted")


def exchange_doors(look: Look) -> Iterable[Outcome]:
    """The exchange's doors from here. Where partners answer, the way from the nodes is fine whatever this machine reaches."""
    hops = seen(look.hops)
    reached = any(proof.ok for proof in hops.partners)
    yield from _of_proofs(hops.exchange, Level.WARNING if reached else Level.FAILURE, "TLS with the right name")


def exchange_own_doors(look: Look) -> Iterable[Outcome]:
    """An exchange's own doors from here."""
    yield from _of_proofs(seen(look.routes).doors, Level.WARNING, "a connection")


def exchange_routes(look: Look) -> Iterable[Outcome]:
    """Every replica serves every route."""
    routes = seen(look.routes)
    verdict = findings.judge(routes.findings, ())
    for finding in verdict.failures:
        if finding.route == findings.REPLICAS:
            yield Outcome(Level.FAILURE, f"replicas of {finding.replica}", finding.detail, "all running", "Look at its pods and their logs")
            continue
        subject = f"replica {finding.replica}, {finding.route} by {finding.kind}"
        yield Outcome(Level.FAILURE, subject, finding.detail, "the stored routes", f"Delete pod {finding.replica}: it comes back with them")
    for finding in verdict.silent:
        yield Outcome(Level.WARNING, f"party {finding.route} by {finding.kind}", finding.detail, "an answer", "Ask the party")
    if not routes.findings:
        yield Outcome(Level.FAILURE, "replicas", "none runs", "at least one of each kind")
    elif not verdict.failures and not verdict.silent:
        replicas = len({finding.replica for finding in routes.findings})
        yield Outcome(
            Level.OK, "routes", f"{len(routes.parties)} parties served by {replicas} replicas, each asked", "every route by every replica"
        )


def exchange_parties(look: Look) -> Iterable[Outcome]:
    """Somebody is admitted."""
    count = len(seen(look.routes).parties)
    yield Outcome(Level.OK if count > 1 else Level.WARNING, "admitted parties", str(count), "at least 2")


WAY_CHECKS = (
    Check(
        "certificate-days", "certificates", "certificates last",
        "Run site.yml at the exchange, which renews what ends within 60 days, then at the party with its new admission; no card is needed",
        "A certificate that has ended closes every way between sites at once. The CA is renewed by no run, and replaced with all parties at one time: "
        "plan it a year ahead (docs/explanation/registration.md#replacing-the-ca).",
        certificate_days,
    ),
    Check(
        "certificate-good", "certificates", "certificates are what they must be",
        "Run site.yml; where a Secret was changed by hand, put it back from the backup",
        "The stored certificate is for the stored key, carries the one right name and was signed by the federation's CA (before the admission: by itself).",
        certificate_good,
    ),
    Check(
        "certificate-shown", "certificates", "programs show the stored certificates",
        "Delete the program's pod: it starts with the stored certificate. Of a Pulsar that the site has already: give it the files of Secret pulsar-cert",
        "Renewed certificates are taken up without a restart. A program that missed it goes on showing the old one until that ends.",
        certificate_shown,
    ),
    Check(
        "services-answer", "services", "what the site has already answers the party",
        "Look at the service, and whether fate_external_networks opens the way to it",
        "The database, Spark, HDFS and Pulsar that the inventory names, asked from FATE Flow's pod: a log-in to the database, a connection to Spark's "
        "master, the rights to FATE's folder by WebHDFS, and the cluster by Pulsar's admin API.",
        own_services, PARTY,
    ),
    Check(
        "broker-answers", "broker", "Pulsar answers",
        "Look at pod pulsar-0: kubectl logs pulsar-0; where Pulsar is a cluster, at its bookies and ZooKeepers too; where it is the site's own, at that",
        "Asked through a tunnel, or from FATE Flow's pod where the site has its own Pulsar, for the clusters it knows; nothing is published.",
        broker_answers, PARTY,
    ),
    Check(
        "broker-records", "broker", "Pulsar knows partners as the roster does",
        "Run playbooks/register.yml: it corrects the records",
        "FATE writes each partner down in the broker at first use and never looks again: "
        "a removed party stays known, and a broker may call an exchange that has moved.",
        broker_records, PARTY,
    ),
    Check(
        "broker-partners", "broker", "partners' brokers answer through the exchange",
        "Look at the log of the exchange's Traffic Server and of the partner's broker",
        "TLS by server name through the exchange to each partner that answers, with this party's certificate, from the machine that runs the check.",
        broker_doors, PARTY,
    ),
    Check(
        "coordination-flow", "coordination", "FATE Flow answers",
        "Look at pod python-0: kubectl logs python-0",
        "Asked through the party's own nginx. It must say that it is this party's: partners take its word.",
        flow_answers, PARTY,
    ),
    Check(
        "coordination-doors", "coordination", "the party's own doors answer",
        "Compare the card's endpoints with the load balancer's addresses and the firewall; the change sheet lists them",
        "Asked from the machine that runs the check. Behind address translation it may not reach them; the exchange's check says whether the exchange does.",
        own_doors, PARTY,
    ),
    Check(
        "coordination-partners", "coordination", "partners answer through the exchange",
        "Follow the hop: logs of both parties' nginx and of each nginx replica of the exchange",
        "The very way that jobs are coordinated: the party's nginx, the exchange, the partner's nginx, its FATE Flow. A silent partner may be down: a warning.",
        partners, PARTY,
    ),
    Check(
        "exchange-admission", "exchange", "the party is admitted",
        "Send the card to the exchange's operator, save the admission that comes back, and run site.yml",
        "By the roster that the party has taken up. An older roster may not know of a removal yet; the next run with a newer one does.",
        admission, PARTY,
    ),
    Check(
        "exchange-doors", "exchange", "the exchange answers",
        "Ask the exchange's operator, and look at the firewall against the change sheet",
        "The endpoints on the roster, asked from the machine that runs the check. Where partners answer, it is no more than a warning.",
        exchange_doors, PARTY,
    ),
    Check(
        "exchange-own-doors", "exchange", "the exchange's own doors answer",
        "Compare the roster's endpoints with the load balancer's addresses and the firewall",
        "Asked from the machine that runs the check, which may stand where parties don't.",
        exchange_own_doors, EXCHANGE,
    ),
    Check(
        "exchange-routes", "exchange", "every replica serves every route",
        "Delete a replica that differs from the others; ask a party that none of them reaches",
        "Each replica of Traffic Server and nginx is asked for each admitted party, and for names it must refuse.",
        exchange_routes, EXCHANGE,
    ),
    Check(
        "exchange-parties", "exchange", "parties are admitted",
        "Save the cards that parties send where registration_cards looks for them, and run site.yml",
        "A federation needs two parties to do anything.",
        exchange_parties, EXCHANGE,
    ),
)  # fmt: skip
