"""The report tells of each drill as it went last; its exit code is the same for every format, and its page needs nothing but itself."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from fedfleet.drills.catalogue import drills
from fedfleet.drills.cli import app
from fedfleet.drills.history import KEPT, forget_old, journals, keep_journal, new_folder
from fedfleet.drills.journal import CleanUp, Journal, Outcome, ProbeRecovery, ProbeSample, Result, SteadyStates
from fedfleet.drills.junit import as_junit
from fedfleet.drills.page import render_page
from fedfleet.drills.strips import picture_of
from fedfleet.drills.summary import DrillReport, exit_code_of, is_slower, summarise
from fedfleet.exit_codes import ExitCode

START = datetime(2026, 11, 28, 1, tzinfo=UTC)


def journal(drill: str = "nginx-pod", outcome: Outcome = Outcome.HELD, seconds: float | None = 3.0, age: int = 0, **fields: Any) -> Journal:
    reasons = () if outcome is Outcome.HELD else ("it did not come back",)
    result = {"drill": drill, "site": "north", "federation": "lab", "outcome": outcome, "clean_up": CleanUp.DONE, "sentence": "so it went"}
    result |= {"reasons": reasons, "recovery_seconds": seconds, "expected_seconds": 30, "reference_seconds": 30} | fields
    began = START - timedelta(days=age)
    return Journal.model_validate(
        {
            "platform": "Linux",
            "node": "controller",
            "experiment": {"title": f"Drill {drill}", "tags": ["component"]},
            "start": began,
            "end": began + timedelta(seconds=20),
            "duration": 20,
            "status": "completed",
            "deviated": outcome is not Outcome.HELD,
            "steady_states": SteadyStates(),
            "run": (),
            "rollbacks": (),
            "fedfleet": Result.model_validate(result),
        }
    )


def report(*told: Journal, left: tuple[str, ...] = ()) -> DrillReport:
    return summarise({"inventories/lab": told}, {}, left, START)


def test_the_newest_counts_and_those_before_are_told() -> None:
    (entry,) = report(journal(seconds=9, age=2), journal(seconds=4, age=1), journal(seconds=3)).drills
    assert (entry.recovery_seconds, entry.previous_seconds) == (3, (4, 9))


@pytest.mark.parametrize(
    ("now", "before", "slower"),
    [
        (20, (9, 10, 40), True),
        (14, (9, 10, 11), False),
        (9, (3,), True),
        (7, (3,), False),
        (None, (3,), False),
        (20, (None,), False),
        (20, (), False),
    ],
)
def test_a_recovery_that_is_clearly_slower_than_before_shows(now: float | None, before: tuple[float | None, ...], slower: bool) -> None:
    assert is_slower(now, before) is slower


def test_what_was_not_drilled_is_told() -> None:
    known = drills()
    found = summarise({"inventories/lab": [journal("nginx-pod")]}, known, (), START)
    assert {each.name for each in found.not_drilled} == set(known) - {"nginx-pod"}


@pytest.mark.parametrize(
    ("found", "code", "told"),
    [
        (report(), ExitCode.NO_REPORT, "No drill has been run yet"),
        (report(journal()), ExitCode.OK, "The one drill went as intended"),
        (report(journal(), journal("mysql-pod", Outcome.NOT_HELD)), ExitCode.DRILL_FAILED, "1 of 2 drills did not go as they must"),
        (report(journal(outcome=Outcome.INTERRUPTED)), ExitCode.DRILL_FAILED, "did not go"),
        (report(journal(), left=("a",)), ExitCode.CLEAN_UP_FAILED, "must be restored"),
        (report(journal("spark-master-pod", Outcome.SKIPPED, None)), ExitCode.NO_REPORT, "No drill has been run yet"),
        (report(journal(), journal("spark-master-pod", Outcome.SKIPPED, None)), ExitCode.OK, "The one drill went as intended"),
        (report(journal(clean_up=CleanUp.FAILED)), ExitCode.DRILL_FAILED, "did not go"),
    ],
)
def test_the_verdict_and_the_exit_code_say_the_same(found: DrillReport, code: ExitCode, told: str) -> None:
    assert exit_code_of(found) is code
    assert told in found.sentence


def test_where_nothing_was_done_nothing_is_said_of_holding(kept: Callable[..., None], tmp_path: Path) -> None:
    kept(journal("vm-off", Outcome.SKIPPED, None))
    (told,) = json.loads(CliRunner().invoke(app, ["report", "-i", str(tmp_path), "--json"]).stdout)["drills"]
    assert (told["held"], told["skipped"]) == (None, True)


def test_a_time_when_it_was_not_carried_out_is_no_time_before() -> None:
    (entry,) = report(journal(seconds=9, age=3), journal("nginx-pod", Outcome.REFUSED, None, age=2), journal(seconds=3)).drills
    assert entry.previous_seconds == (9,)


def test_what_the_inventory_states_of_others_consent_is_told_as_it_stands() -> None:
    found = report(journal(consent="party 40000, change 1234"))
    assert found.drills[0].consent == "party 40000, change 1234"
    assert "Consent of others, as the inventory states it: party 40000, change 1234" in Page(render_page(found)).words


def test_a_limit_of_one_probe_is_shown_beside_what_it_took() -> None:
    told = ProbeRecovery(probe="it runs", broke=True, seconds=12, failed=3, limit_seconds=30)
    assert "12.0 s30.0 s" in Page(render_page(report(journal(probes=(told,))))).words


def test_several_inventories_make_one_report() -> None:
    lab = [journal(), journal("vm-off", Outcome.SKIPPED, None), journal("host-failure", Outcome.SKIPPED, None)]
    vcenter = [journal("vm-off", age=1), journal(seconds=9)]
    found = summarise({"inventories/lab": lab, "inventories/vcenter": vcenter}, {}, (), START)
    assert [(entry.name, entry.inventory, entry.outcome) for entry in found.drills] == [
        ("host-failure", "inventories/lab", Outcome.SKIPPED),
        ("nginx-pod", "inventories/lab", Outcome.HELD),
        ("nginx-pod", "inventories/vcenter", Outcome.HELD),
        ("vm-off", "inventories/vcenter", Outcome.HELD),
    ]
    assert found.inventory == "inventories/lab, inventories/vcenter"
    assert found.held


def test_the_command_takes_several_inventories(tmp_path: Path) -> None:
    for name, drill in (("lab", "nginx-pod"), ("vcenter", "vm-off")):
        (tmp_path / name).mkdir()
        keep_journal(new_folder(tmp_path / name, drill, START), journal(drill))
    done = CliRunner().invoke(app, ["report", "-i", str(tmp_path / "lab"), "-i", str(tmp_path / "vcenter"), "--json"])
    assert [told["name"] for told in json.loads(done.stdout)["drills"]] == ["nginx-pod", "vm-off"]


def test_an_earlier_failure_is_history() -> None:
    assert report(journal(outcome=Outcome.NOT_HELD, age=1), journal()).held


def test_junit_tells_failures_from_errors() -> None:
    skipped = journal("spark-master-pod", Outcome.SKIPPED, None)
    found = report(journal(), journal("mysql-pod", Outcome.NOT_HELD), journal("broker-pod", clean_up=CleanUp.FAILED), skipped, left=("a",))
    root = ElementTree.fromstring(as_junit(found))  # noqa: S314 - our own
    (suite,) = root
    assert [suite.get(count) for count in ("tests", "failures", "errors", "skipped")] == ["5", "1", "2", "1"]
    cases = {case.get("name"): [child.tag for child in case if child.tag != "properties"] for case in suite}
    assert cases == {"nginx-pod": [], "mysql-pod": ["failure"], "broker-pod": ["error"], "spark-master-pod": ["skipped"], "a": ["error"]}
    assert suite.find("./testcase[@name='nginx-pod']/properties/property[@name='recovery_seconds']").attrib["value"] == "3"  # type: ignore[union-attr]


class Page(HTMLParser):
    """What a page would fetch or run, and the words it shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [
            value or "" for name, value in attrs if name in ("src", "href", "style") and not (value or "").startswith(("#", "data:"))
        ]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_needs_nothing_but_itself_and_escapes_what_others_said() -> None:
    seen = "<script>alert(1)</script>"
    samples = tuple(ProbeSample(probe=seen, at=at, seconds=0.1, holds=at != 1, answered=at != 1, detail=seen) for at in range(4))
    page = Page(
        render_page(
            report(
                journal(
                    outcome=Outcome.NOT_HELD,
                    fault_at=0.5,
                    timeline=samples,
                    probes=(ProbeRecovery(probe=seen, broke=True, seconds=1.5, failed=1, worst=seen),),
                ),
                left=("<b>",),
            )
        )
    )
    assert page.fetched == []
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert "Not everything is as it must be" in page.words
    assert "svg" in page.tags


def test_a_picture_shows_no_answer_apart_from_a_bad_one() -> None:
    kinds = [(True, True), (False, True), (False, False), (True, True)]
    samples = tuple(
        ProbeSample(probe="it runs", at=at, seconds=0.5, holds=holds, answered=answered, detail="")
        for at, (holds, answered) in enumerate(kinds)
    )
    (entry,) = report(journal(timeline=samples, fault_at=1)).drills
    picture = picture_of(entry)
    assert picture is not None
    assert [span.kind for span in picture.strips[0].spans] == ["holds", "fails", "silent", "holds"]
    assert picture.fault == picture.strips[0].spans[1].x
    assert picture.ticks[0] == (picture.fault, "0 s")


def test_what_is_only_shown_comes_last_in_the_picture_and_all_of_its_words_are_told() -> None:
    looks = [("the job goes on", "waiting"), ("it runs", "2 ready"), ("the job goes on", "running"), ("it runs", "3 ready")]
    samples = tuple(
        ProbeSample(probe=probe, at=at, seconds=1, holds=True, answered=True, detail=told) for at, (probe, told) in enumerate(looks)
    )
    (entry,) = report(journal(timeline=samples, probes=(ProbeRecovery(probe="it runs", broke=False, seconds=0, failed=0),))).drills
    picture = picture_of(entry)
    assert picture is not None
    seen = {strip.probe: [span.told for span in strip.spans] for strip in picture.strips}
    assert list(seen.items()) == [("it runs", ["3 ready"]), ("the job goes on", ["waiting", "running"])]


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., None]:
    def keep(told: Journal, number: int = 0) -> None:
        keep_journal(new_folder(tmp_path, told.fedfleet.drill, START + timedelta(seconds=number)), told)

    return keep


@pytest.mark.parametrize("outcome", [Outcome.HELD, Outcome.NOT_HELD])
def test_the_command_ends_the_same_for_every_format(kept: Callable[..., None], tmp_path: Path, outcome: Outcome) -> None:
    kept(journal(outcome=outcome))
    wanted = ExitCode.OK if outcome is Outcome.HELD else ExitCode.DRILL_FAILED
    for arguments in (["-o", "text"], ["-o", "json"], ["-o", "junit"], ["--json"]):
        assert CliRunner().invoke(app, ["report", "-i", str(tmp_path), *arguments]).exit_code == wanted
    assert (tmp_path / "artifacts" / "drills" / "report.html").is_file()


def test_json_has_each_drill_with_its_figures(kept: Callable[..., None], tmp_path: Path) -> None:
    kept(journal())
    (told,) = json.loads(CliRunner().invoke(app, ["report", "-i", str(tmp_path), "--json"]).stdout)["drills"]
    figures = {name: told[name] for name in ("name", "held", "recovery_seconds", "expected_seconds", "reference_seconds")}
    assert figures == {"name": "nginx-pod", "held": True, "recovery_seconds": 3, "expected_seconds": 30, "reference_seconds": 30}


def test_without_a_drill_there_is_nothing_to_report(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["report", "-i", str(tmp_path)]).exit_code == ExitCode.NO_REPORT


def test_only_the_newest_of_each_drill_are_kept(kept: Callable[..., None], tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        kept(journal(), number)
    kept(journal("mysql-pod"))
    forget_old(tmp_path)
    names = [found.fedfleet.drill for _, found in journals(tmp_path)]
    assert (names.count("nginx-pod"), names.count("mysql-pod")) == (KEPT, 1)
