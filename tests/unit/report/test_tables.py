"""Proofs, routes, images and versions in the order in which people read them."""

from fedfleet.report.tables import images_of, ladder_of, pairs_of, routes_of, versions_of
from support.reports import MadeUp, workload


def test_the_ladder_shows_what_nobody_climbed_too() -> None:
    assert [(step.number, step.state) for step in ladder_of(MadeUp().report())] == [
        (1, "proven"), (2, "proven"), (3, "proven"), (4, "proven"), (5, "proven"), (6, "unproven"), (7, "unproven"),
    ]  # fmt: skip


def test_workloads_prove_the_rungs_of_real_work() -> None:
    two, three = workload(), workload().model_copy(update={"parties": ("30000", "31000", "9999"), "ok": False})
    steps = ladder_of(MadeUp(workloads=[two, three]).report())
    assert [(step.number, step.held, len(step.proofs)) for step in steps[5:]] == [(6, 0, 1), (7, 1, 2)]
    assert steps[6].proofs[1][1].subject == "credit-card: 30000, 31000"


def test_what_fails_comes_first_on_its_rung() -> None:
    steps = ladder_of(MadeUp(failing=frozenset({(3, "31000 → 30000")})).report())

    assert [rung.ok for _, rung in steps[2].proofs] == [False, True, True, True]
    assert (steps[2].held, steps[2].state) == (3, "failed")


def test_a_rung_is_as_old_as_its_oldest_proof() -> None:
    step = ladder_of(MadeUp().report())[0]

    assert step.oldest == min(rung.proven_at for _, rung in step.proofs if rung.proven_at)


def test_routes_are_told_by_program_and_replica() -> None:
    servers, proxies = routes_of(MadeUp(failing=frozenset({(0, "nginx-5f6b-pqrst 31000")})).report())

    assert (servers.program, proxies.program) == ("Traffic Server, by server name", "nginx, by party header")
    assert proxies.replicas == ("nginx-5f6b-klmno", "nginx-5f6b-pqrst")
    assert [name for name, _ in proxies.rows] == ["party 30000", "party 31000", "the table it was given", "a party nobody admitted"]
    assert [answer.ok for answer in proxies.rows[1][1] if answer] == [True, False]


def test_a_replica_that_was_not_asked_for_a_route_has_no_answer() -> None:
    report = MadeUp().report()
    report = report.model_copy(update={"routes": report.routes[1:]})

    assert [name for name, answers in routes_of(report)[0].rows if answers[0] is None] == ["the table it was given"]


def test_pairs_have_a_row_for_everybody_who_proved_something() -> None:
    pairs = pairs_of(MadeUp(parties=3).report(only=["party31000"]))

    assert pairs.targets == ("30000", "31000", "32000")
    ((source, cells),) = pairs.rows
    assert source == "31000"
    assert [len(edges) for edges in cells] == [3, 0, 3]


def test_an_image_at_several_sites_is_told_once() -> None:
    images = images_of(MadeUp(parties=3).report())

    (fate,) = [image for image in images if image.image.reference.endswith("fate:2.2.0")]
    assert (fate.sites, fate.pods) == (("party30000", "party31000", "party32000"), 3)


def test_a_version_is_told_once_with_where_it_runs() -> None:
    found = {each.version.name: each for each in versions_of(MadeUp().report())}

    assert found["Kubernetes"].is_everywhere
    assert (found["FATE"].sites, found["FATE"].is_everywhere) == (("party30000", "party31000"), False)


def test_versions_that_differ_are_below_each_other() -> None:
    report = MadeUp().report()
    older = tuple(
        each.model_copy(update={"version": "v1.33.1"}) if each.name == "Kubernetes" else each for each in report.sites[1].facts.versions
    )
    changed = report.sites[1].model_copy(update={"facts": report.sites[1].facts.model_copy(update={"versions": older})})

    told = versions_of(report.model_copy(update={"sites": (report.sites[0], changed, report.sites[2])}))

    assert [(each.version.version, each.sites) for each in told if each.version.name == "Kubernetes"] == [
        ("v1.34.4", ("exchange", "party31000")),
        ("v1.33.1", ("party30000",)),
    ]
