"""Parties admitted and removed: what is stored, what comes back, and what two operators do at once."""

import copy
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from fedfleet.exchange.authority import ensure_own_certificates
from fedfleet.exchange.reload import RouteError
from fedfleet.exchange.settings import NGINX_TRUST_CONFIG_MAPS, ExchangeSettings
from fedfleet.federation.card import Card
from fedfleet.federation.problems import DocumentError
from fedfleet.kube import Client
from fedfleet.registration.admit import Outcome, admit
from fedfleet.registration.intake import Received, Rules
from support.objects import Objects
from support.parties import BANK, DOMAIN, EXCHANGE, FEDERATION, HOSPITAL, NOW, TELCO
from support.serving import Replicas

SETTINGS = ExchangeSettings("fate-exchange", FEDERATION, DOMAIN)
RULES = Rules(FEDERATION, DOMAIN, EXCHANGE, NOW)


@pytest.fixture(scope="module")
def made() -> Objects:
    """An exchange with its CA, made once: keys take time."""
    objects = Objects()
    ensure_own_certificates(cast(Client, objects), SETTINGS, NOW)
    objects.writes.clear()
    return objects


@pytest.fixture
def cluster(made: Objects) -> Objects:
    """An exchange's cluster with its CA and nobody admitted."""
    return copy.deepcopy(made)


def _admit(cluster: Objects, *cards: Card, removed: Iterable[str] = (), **more: Any) -> Outcome:
    rules = replace(RULES, removed=frozenset(removed), now=more.pop("now", NOW))
    cards_in = [Received(card.party_id, card.text()) for card in cards]
    return admit(cast(Client, cluster), SETTINGS, cards_in, rules, **{"reload": Replicas(), **more})


def _text(cluster: Objects, name: str, key: str) -> str:
    found = cluster.get("ConfigMap", name, "fate-exchange")
    return str(found["data"].get(key, "")) if found else ""


def _trusted(cluster: Objects) -> set[str]:
    """The files with certificates by which parties are known."""
    found = [cluster.get("ConfigMap", name, "fate-exchange") for name in NGINX_TRUST_CONFIG_MAPS]
    return {name for entry in found if entry for name in entry["data"]}


def test_a_party_gets_its_admission_and_a_route(cluster: Objects) -> None:
    outcome = _admit(cluster, HOSPITAL.card())
    assert outcome.admissions["30000"].card_fingerprint == HOSPITAL.card().fingerprint
    assert "198.51.100.30:6651" in _text(cluster, "traffic-server-sni", "sni.yaml")


def test_the_same_again_changes_nothing(cluster: Objects) -> None:
    first = _admit(cluster, HOSPITAL.card(), BANK.card())
    cluster.writes.clear()
    again = _admit(cluster, HOSPITAL.card(), BANK.card())
    assert (again.changed, cluster.writes) == (False, [])
    assert again.admissions == first.admissions


def test_without_cards_those_admitted_before_stay(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card())
    again = _admit(cluster)
    assert (again.changed, list(again.admissions)) == (False, ["30000"])


def test_another_party_touches_nothing_of_the_first(cluster: Objects) -> None:
    first = _admit(cluster, HOSPITAL.card())
    cluster.writes.clear()
    second = _admit(cluster, BANK.card())
    assert "card-30000" not in cluster.writes
    assert second.admissions["30000"].certificates == first.admissions["30000"].certificates


def test_every_party_s_admission_has_the_newest_roster(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card())
    outcome = _admit(cluster, BANK.card())
    assert {admission.roster.serial for admission in outcome.admissions.values()} == {2}


def test_a_moved_party_keeps_its_certificates(cluster: Objects) -> None:
    first = _admit(cluster, HOSPITAL.card())
    moved = replace(HOSPITAL, broker="198.51.100.77").card(HOSPITAL.card())
    second = _admit(cluster, moved)
    assert second.admitted == ("30000",)
    assert second.admissions["30000"].certificates == first.admissions["30000"].certificates
    assert "198.51.100.77:6651" in _text(cluster, "traffic-server-sni", "sni.yaml")


def test_certificates_are_renewed_in_time(cluster: Objects) -> None:
    first = _admit(cluster, HOSPITAL.card())
    second = _admit(cluster, now=NOW + timedelta(days=340))
    assert second.admitted == ("30000",)
    assert second.admissions["30000"].certificates != first.admissions["30000"].certificates


def test_a_bad_card_touches_nothing(cluster: Objects) -> None:
    with pytest.raises(DocumentError):
        _admit(cluster, HOSPITAL.card(), BANK.card().model_copy(update={"organisation": "Else"}))
    assert cluster.writes == []


def test_a_removed_party_has_no_route_and_is_removed_on_the_roster(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card(), BANK.card())
    outcome = _admit(cluster, HOSPITAL.card(), BANK.card(), removed=["40000"])
    assert outcome.removed == ("40000",)
    assert list(outcome.admissions) == ["30000"]
    assert outcome.roster is not None
    assert [member.party_id for member in outcome.roster.removed()] == ["40000"]
    assert "40000.fate" not in _text(cluster, "traffic-server-sni", "sni.yaml")
    assert _trusted(cluster) == {"trust-30000.pem"}


def test_removing_again_changes_nothing(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card(), BANK.card())
    _admit(cluster, removed=["40000"])
    assert not _admit(cluster, BANK.card(), removed=["40000"]).changed


def test_a_removed_party_may_come_back(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card(), BANK.card())
    _admit(cluster, removed=["40000"])
    outcome = _admit(cluster, BANK.card())
    assert outcome.roster is not None
    assert (outcome.roster.serial, len(outcome.roster.admitted())) == (3, 2)


def test_a_dry_run_says_what_would_be_and_writes_nothing(cluster: Objects) -> None:
    outcome = _admit(cluster, HOSPITAL.card(), dry_run=True)
    assert (outcome.changed, outcome.admitted, cluster.writes) == (True, ("30000",), [])
    assert outcome.reloaded is not None
    after = {written.name: written.after for written in outcome.reloaded.configuration.written}
    assert "198.51.100.30:6651" in after["traffic-server-sni"]["sni.yaml"]


def test_a_dry_run_after_the_run_says_that_nothing_would_change(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card())
    assert not _admit(cluster, HOSPITAL.card(), dry_run=True).changed


def test_a_party_that_was_never_reached_fails_the_run_however_often_its_card_comes(cluster: Objects) -> None:
    for _ in range(2):
        with pytest.raises(RouteError, match="30000 by sni"):
            _admit(cluster, HOSPITAL.card(), reload=Replicas("30000"))
    assert cluster.get("ConfigMap", "roster", "fate-exchange") is None
    assert list(_admit(cluster, HOSPITAL.card()).admissions) == ["30000"]


def test_a_party_that_was_never_reached_is_no_obstacle_to_others_and_not_admitted(cluster: Objects) -> None:
    with pytest.raises(RouteError):
        _admit(cluster, HOSPITAL.card(), reload=Replicas("30000"))
    outcome = _admit(cluster, BANK.card(), reload=Replicas("30000"))
    assert (list(outcome.admissions), outcome.unproven) == (["40000"], ("30000",))
    assert outcome.roster is not None
    assert [member.party_id for member in outcome.roster.parties] == ["40000"]


def test_a_party_that_is_reached_at_last_is_admitted_without_its_card_coming_again(cluster: Objects) -> None:
    with pytest.raises(RouteError):
        _admit(cluster, HOSPITAL.card(), reload=Replicas("30000"))
    outcome = _admit(cluster)
    assert (outcome.changed, list(outcome.admissions), outcome.unproven) == (True, ["30000"], ())


def test_a_known_party_that_falls_silent_stays_admitted(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card())
    outcome = _admit(cluster, HOSPITAL.card(), reload=Replicas("30000"))
    assert (outcome.changed, list(outcome.admissions)) == (False, ["30000"])


def test_a_party_that_moved_where_nobody_reaches_it_stays_known_and_gets_no_admission(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card())
    moved = replace(HOSPITAL, broker="198.51.100.77").card(HOSPITAL.card())
    with pytest.raises(RouteError):
        _admit(cluster, moved, reload=Replicas("30000"))
    outcome = _admit(cluster, BANK.card(), reload=Replicas("30000"))
    assert list(outcome.admissions) == ["40000"]
    assert outcome.roster is not None
    assert [member.party_id for member in outcome.roster.admitted()] == ["30000", "40000"]


def test_a_removed_party_that_comes_back_must_be_reached_again(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card())
    _admit(cluster, removed=["30000"])
    with pytest.raises(RouteError):
        _admit(cluster, HOSPITAL.card(), reload=Replicas("30000"))
    assert _admit(cluster, reload=Replicas("30000")).admissions == {}


def test_what_nginx_is_told_to_read_is_there_before_and_goes_after(cluster: Objects) -> None:
    _admit(cluster, HOSPITAL.card(), BANK.card())

    def look(name: str) -> None:
        named = set(re.findall(r"trust-\d+\.pem", _text(cluster, "nginx-config", "nginx.conf")))
        assert named <= _trusted(cluster), name

    cluster.before_write = look
    _admit(cluster, TELCO.card(), removed=["40000"])
    look("in the end")
    assert _trusted(cluster) == {"trust-30000.pem", "trust-50000.pem"}


@pytest.mark.parametrize("moment", ["card-30000", "nginx-trust-1", "traffic-server-sni", "nginx-config", "roster"])
def test_two_operators_who_admit_two_parties_at_once_lose_nothing(cluster: Objects, moment: str) -> None:
    """The other operator's whole run falls into the moment before one of our writes."""

    def other(name: str) -> None:
        if name == moment:
            cluster.before_write = lambda _: None
            _admit(cluster, BANK.card())

    cluster.before_write = other
    outcome = _admit(cluster, HOSPITAL.card())
    for text in (_text(cluster, "traffic-server-sni", "sni.yaml"), _text(cluster, "nginx-config", "nginx.conf")):
        assert "30000.fate" in text
        assert "40000.fate" in text
    assert outcome.roster is not None
    assert [member.party_id for member in outcome.roster.admitted()] == ["30000", "40000"]


def test_somebody_who_never_stops_changing_routes_is_reported(cluster: Objects) -> None:
    ids = iter(range(60000, 60100, 2))

    def other(name: str) -> None:
        if name == "nginx-config":
            current = cluster.get("ConfigMap", "nginx-config", "fate-exchange")
            if current:
                party = str(next(ids))
                labels = current["metadata"]["labels"]
                version = current["metadata"]["resourceVersion"]
                before, cluster.before_write = cluster.before_write, lambda _: None
                cluster.patch(
                    "ConfigMap",
                    "nginx-config",
                    "fate-exchange",
                    {"metadata": {"resourceVersion": version, "labels": labels}, "data": {"x": party}},
                )
                cluster.before_write = before

    _admit(cluster, TELCO.card())
    cluster.before_write = other
    with pytest.raises(Exception, match="The routes could not be stored"):
        _admit(cluster, HOSPITAL.card())
