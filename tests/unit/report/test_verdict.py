"""All of a report in one sentence."""

from datetime import timedelta

import pytest

from fedfleet.report.facts import Image, Size
from fedfleet.report.load import assemble
from fedfleet.report.model import ReplicaRoute, Report, SiteReport, Stage, Verdict
from support.reports import NOW, MadeUp, certificate, workload


def verdict(*sites: SiteReport) -> Verdict:
    made_up = MadeUp()
    return assemble("inventories/lab", list(sites) or made_up.sites(), made_up.run(), [], NOW).verdict


def party(**facts: object) -> SiteReport:
    site = MadeUp().party("30000")
    return site.model_copy(update={"facts": site.facts.model_copy(update=facts)})


def test_when_all_holds_there_is_nothing_to_see_to() -> None:
    told = verdict()

    assert (told.state, told.title, told.findings) == ("holds", "Everything holds", ())
    assert told.sentence == "Of the exchange and 2 parties, 15 of 15 proofs and 16 of 16 replica routes hold."


def test_a_rung_that_fails_is_told_with_its_site_its_detail_and_its_fix() -> None:
    report = MadeUp(failing=frozenset({(3, "30000 → 31000")})).report()

    (finding,) = report.verdict.findings
    assert not report.ok
    assert report.verdict.title == "Something does not hold"
    assert finding.site == "party30000"
    assert finding.text == "Rung 3, broker hop, does not hold for 30000 → 31000: refused by 10.89.0.200:443"
    assert finding.next_step == "look at the Service behind it and at its pods"


def test_a_replica_without_its_route_fails() -> None:
    told = MadeUp(failing=frozenset({(0, "nginx-5f6b-klmno 30000")})).report().verdict

    assert (told.state, told.findings[0].text) == (
        "fails",
        "Replica nginx-5f6b-klmno does not serve 30000 by header: refused by 10.89.0.200:443",
    )


def test_replicas_that_do_not_run_are_not_to_be_deleted() -> None:
    made_up = MadeUp()
    gone = ReplicaRoute(
        replica="traffic-server", route="replicas by sni", ok=False, detail="0 of 2 replicas of Deployment traffic-server run"
    )
    sites = [site.model_copy(update={"routes": (gone,)}) if site.routes else site for site in made_up.sites()]
    (finding,) = assemble("inventories/lab", sites, made_up.run(), [], NOW).verdict.findings
    assert finding.text == "Not all replicas run: 0 of 2 replicas of Deployment traffic-server run"
    assert finding.next_step == "Look at its pods and events"


def test_a_run_that_stopped_is_told_with_its_stage() -> None:
    made_up = MadeUp()
    run = made_up.run().model_copy(
        update={"stages": (Stage(name="Deploy", seconds=3, ok=False, hosts=("party30000",), failed=("party30000",)),)}
    )

    told = assemble("inventories/lab", made_up.sites(), run, [], NOW).verdict

    assert told.state == "fails"
    assert "stopped at stage Deploy on party30000" in told.findings[0].text


@pytest.mark.parametrize(
    ("days", "state", "words"), [(59, "attention", "ends in 59 days"), (1, "attention", "ends in 1 day,"), (-1, "fails", "has ended")]
)
def test_a_certificate_that_ends_soon_is_told(days: int, state: str, words: str) -> None:
    told = verdict(party(certificates=(certificate("of the broker endpoint", "30000.fate.example.org", days),)))

    assert told.state == state
    assert words in told.findings[0].text


def test_a_cluster_smaller_than_the_profile_asks_for_is_told() -> None:
    sizing = MadeUp().party("30000").facts.sizing
    assert sizing is not None

    told = verdict(party(sizing=sizing.model_copy(update={"offered": Size(nodes=3, cores=1.5, memory_gib=66)})))

    assert "1.5 of 2 cores" in told.findings[0].text


def test_two_images_under_one_name_are_told() -> None:
    images = tuple(Image(reference="registry/fate:2.2.0", digest=f"sha256:{each}", parts=("python",), pods=1) for each in ("aa", "bb"))

    assert "2 different images under the name registry/fate:2.2.0" in verdict(party(images=images)).findings[0].text


def test_what_could_not_be_looked_at_is_told() -> None:
    assert verdict(party(unseen=("nodes: not allowed",))).findings[0].text == "Not looked at: nodes: not allowed"


def test_a_site_that_waits_is_told() -> None:
    waiting = MadeUp().party("30000").model_copy(update={"state": "awaiting-admission", "waits_for": "It waits for the exchange."})

    assert verdict(waiting).findings[0].text == "State awaiting-admission: It waits for the exchange."


def test_a_site_that_was_changed_and_not_proven_again_is_told() -> None:
    old = MadeUp().party("30000").model_copy(update={"written_at": NOW - timedelta(days=1)})

    assert "did not prove it again" in verdict(old).findings[0].text


def test_a_workload_that_did_not_succeed_wants_attention() -> None:
    report = MadeUp(workloads=[workload().model_copy(update={"ok": False, "message": "party 31000: no such table"})]).report()

    assert report.ok
    assert report.verdict.title == "What was proven holds; one thing wants attention"
    assert "party 31000: no such table" in report.verdict.findings[0].text


def test_without_any_proof_nothing_is_said_to_hold() -> None:
    told = verdict(MadeUp().party("30000").model_copy(update={"rungs": ()}))

    assert (told.state, told.title) == ("attention", "Nothing has been proven yet")


def test_what_fails_comes_before_what_wants_attention() -> None:
    failing = MadeUp(failing=frozenset({(3, "30000 → 31000")})).party("30000")
    report: Report = MadeUp().report()
    waiting = report.sites[2].model_copy(update={"waits_for": "It waits."})

    assert [finding.state for finding in verdict(waiting, failing).findings] == ["fails", "attention"]
