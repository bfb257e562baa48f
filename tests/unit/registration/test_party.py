"""A party's side: keys made once, an admission taken up, a removal learnt."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from fedfleet.errors import FedFleetError
from fedfleet.exchange.authority import ensure_own_certificates
from fedfleet.exchange.settings import ExchangeSettings
from fedfleet.federation.admission import Admission
from fedfleet.federation.card import Card
from fedfleet.federation.names import EndpointName
from fedfleet.federation.problems import DocumentError
from fedfleet.federation.roster import Roster
from fedfleet.federation.site import Site
from fedfleet.federation.states import SiteState
from fedfleet.kube import Client
from fedfleet.registration.admission import Party, Standing, apply_admission
from fedfleet.registration.admit import admit
from fedfleet.registration.card import make_card
from fedfleet.registration.endpoints import EndpointSource
from fedfleet.registration.intake import Received, Rules
from fedfleet.registration.secrets import ensure_keys, read_keys
from support.objects import Objects
from support.parties import DOMAIN, EXCHANGE, FEDERATION, NOW
from support.serving import Replicas

NAMESPACE = "fate-30000"
PARTY = Party(NAMESPACE, FEDERATION, DOMAIN, "30000")
SITE = Site(kind="party", federation=FEDERATION, domain=DOMAIN, organisation="City Hospital", party_id="30000")
SOURCES: dict[EndpointName, EndpointSource] = {
    "broker": EndpointSource("198.51.100.30", 6651),
    "coordination": EndpointSource("198.51.100.31", 9443),
}
SETTINGS = ExchangeSettings("fate-exchange", FEDERATION, DOMAIN)
RULES = Rules(FEDERATION, DOMAIN, EXCHANGE, NOW)


@pytest.fixture(scope="module")
def made() -> Objects:
    """A party with keys and the exchange, made once: keys take time."""
    objects = Objects()
    ensure_keys(cast(Client, objects), NAMESPACE, "30000", DOMAIN, NOW)
    ensure_own_certificates(cast(Client, objects), SETTINGS, NOW)
    return objects


@pytest.fixture
def cluster(made: Objects) -> Objects:
    """The same for every test, whatever others did to it."""
    import copy

    objects = copy.deepcopy(made)
    objects.writes.clear()
    return objects


def _card(cluster: Objects, sources: dict[EndpointName, EndpointSource] = SOURCES) -> Card:
    return make_card(cast(Client, cluster), NAMESPACE, SITE, sources).card


def _admitted(cluster: Objects, rules: Rules = RULES, *cards: Card) -> Admission:
    received = [Received("card", card.text()) for card in cards or (_card(cluster),)]
    return admit(cast(Client, cluster), SETTINGS, received, rules, reload=Replicas()).admissions["30000"]


def _apply(cluster: Objects, admission: Admission | None = None, now: datetime = NOW, **more: object) -> Standing:
    return apply_admission(cast(Client, cluster), PARTY, admission, now, **more)  # type: ignore[arg-type]


def _secret(cluster: Objects, name: str) -> dict[str, str]:
    found = cluster.get("Secret", name, NAMESPACE)
    assert found is not None
    return dict(found["data"])


def test_keys_are_made_once(cluster: Objects) -> None:
    before = _secret(cluster, "nginx-cert")["tls.key"]
    done = ensure_keys(cast(Client, cluster), NAMESPACE, "30000", DOMAIN, NOW)
    assert not any(written.changed for written in done)
    assert _secret(cluster, "nginx-cert")["tls.key"] == before


def test_secrets_have_the_names_that_operators_know(cluster: Objects) -> None:
    assert set(_secret(cluster, "pulsar-cert")) == {"broker.cert.pem", "broker.key-pk8.pem", "ca.cert.pem", "self-signed.pem"}
    assert set(_secret(cluster, "nginx-cert")) == {"tls.crt", "tls.key", "ca.crt", "self-signed.pem"}


def test_a_party_trusts_itself_before_its_admission(cluster: Objects) -> None:
    keys = read_keys(cast(Client, cluster), NAMESPACE)
    assert all(key.certificate == key.self_signed and key.authority == key.self_signed for key in keys.values())


def test_no_key_is_in_what_a_write_shows(cluster: Objects) -> None:
    objects = Objects()
    done = ensure_keys(cast(Client, objects), NAMESPACE, "30000", DOMAIN, NOW, dry_run=True)
    assert "PRIVATE" not in repr(done)
    assert objects.writes == []
    del cluster


def test_a_secret_without_its_key_is_not_papered_over(cluster: Objects) -> None:
    found = cluster.get("Secret", "nginx-cert", NAMESPACE)
    assert found is not None
    patch = {"metadata": {"resourceVersion": found["metadata"]["resourceVersion"], "labels": {}}, "data": {"tls.key": None}}
    cluster.patch("Secret", "nginx-cert", NAMESPACE, patch)
    with pytest.raises(FedFleetError, match="no key for one of its endpoints"):
        ensure_keys(cast(Client, cluster), NAMESPACE, "30000", DOMAIN, NOW)


def test_the_same_card_is_made_again(cluster: Objects) -> None:
    first = _card(cluster)
    cluster.writes.clear()
    assert _card(cluster) == first
    assert cluster.writes == []


def test_a_moved_party_s_card_has_the_next_number(cluster: Objects) -> None:
    _card(cluster)
    assert _card(cluster, SOURCES | {"broker": EndpointSource("198.51.100.77", 6651)}).serial == 2


def test_a_card_needs_keys() -> None:
    with pytest.raises(FedFleetError, match="no key"):
        make_card(cast(Client, Objects()), NAMESPACE, SITE, SOURCES)


def test_an_address_nobody_reaches_is_refused_at_the_party_already(cluster: Objects) -> None:
    with pytest.raises(FedFleetError, match=r"Set public_endpoint\.broker"):
        _card(cluster, SOURCES | {"broker": EndpointSource("127.0.0.1", 6651)})


def test_a_party_without_admission_waits_for_it(cluster: Objects) -> None:
    standing = _apply(cluster)
    assert (standing.state, standing.changed) == (SiteState.AWAITING_ADMISSION, False)


def test_an_admitted_party_has_its_certificates_and_its_old_keys(cluster: Objects) -> None:
    key = _secret(cluster, "pulsar-cert")["broker.key-pk8.pem"]
    admission = _admitted(cluster)
    standing = _apply(cluster, admission)
    keys = read_keys(cast(Client, cluster), NAMESPACE)
    assert (standing.state, standing.changed) == (SiteState.ADMITTED, True)
    assert keys["broker"].certificate == admission.certificates.broker
    assert keys["coordination"].authority == admission.ca
    assert _secret(cluster, "pulsar-cert")["broker.key-pk8.pem"] == key


def test_the_same_admission_again_changes_nothing(cluster: Objects) -> None:
    admission = _admitted(cluster)
    _apply(cluster, admission)
    cluster.writes.clear()
    assert not _apply(cluster, admission).changed
    assert not _apply(cluster).changed
    assert cluster.writes == []


def test_an_admitted_party_s_card_stays_what_it_was(cluster: Objects) -> None:
    before = _card(cluster)
    _apply(cluster, _admitted(cluster))
    assert _card(cluster) == before


def test_keys_are_left_alone_after_the_admission(cluster: Objects) -> None:
    _apply(cluster, _admitted(cluster))
    assert not any(written.changed for written in ensure_keys(cast(Client, cluster), NAMESPACE, "30000", DOMAIN, NOW))


def test_a_dry_run_writes_nothing(cluster: Objects) -> None:
    admission = _admitted(cluster)
    cluster.writes.clear()
    assert _apply(cluster, admission, dry_run=True).changed
    assert cluster.writes == []


def test_an_admission_must_have_the_fingerprint_that_was_read_out(cluster: Objects) -> None:
    with pytest.raises(DocumentError, match="the exchange's operator read out ABCD"):
        _apply(cluster, _admitted(cluster), fingerprint="ABCD-EFGH-JKLM-NPQR")


def test_an_older_admission_is_refused_and_nothing_touched(cluster: Objects) -> None:
    old = _admitted(cluster)
    moved = [EXCHANGE[0].model_copy(update={"address": "192.0.2.99"}), EXCHANGE[1]]
    _apply(cluster, _admitted(cluster, replace(RULES, exchange=moved)))
    cluster.writes.clear()
    with pytest.raises(DocumentError, match="it is an old admission"):
        _apply(cluster, old)
    assert cluster.writes == []


def test_a_party_learns_of_its_removal_by_the_roster_alone(cluster: Objects) -> None:
    _apply(cluster, _admitted(cluster))
    outcome = admit(cast(Client, cluster), SETTINGS, [], replace(RULES, removed=frozenset({"30000"})), reload=Replicas())
    assert outcome.roster is not None
    assert _apply(cluster, roster=outcome.roster).state is SiteState.REMOVED
    assert _apply(cluster).state is SiteState.REMOVED


def test_a_roster_of_somebody_else_is_refused(cluster: Objects) -> None:
    admission = _admitted(cluster)
    _apply(cluster, admission)
    other = ExchangeSettings("other-exchange", FEDERATION, DOMAIN)
    ensure_own_certificates(cast(Client, cluster), other, NOW)
    forged = admit(cast(Client, cluster), other, [], RULES, reload=Replicas()).roster
    assert isinstance(forged, Roster)
    with pytest.raises(DocumentError, match="not signed by the CA this party knows"):
        _apply(cluster, roster=forged)


def test_renewed_certificates_are_taken_up(cluster: Objects) -> None:
    _apply(cluster, _admitted(cluster))
    later = NOW + timedelta(days=340)
    renewed = _admitted(cluster, replace(RULES, now=later))
    assert _apply(cluster, renewed, now=later).changed
    assert read_keys(cast(Client, cluster), NAMESPACE)["broker"].certificate == renewed.certificates.broker
