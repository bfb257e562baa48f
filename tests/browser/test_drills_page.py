"""The page of drills as people see it: in a browser without network and scripts, wide and narrow."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedfleet.drills.journal import CleanUp, Outcome, ProbeRecovery, ProbeSample
from fedfleet.drills.page import render_page
from fedfleet.drills.summary import DrillEntry, DrillReport
from support.browser import Page

HOSTILE = "\"'><img src=http://198.51.100.7/a onerror=document.title='taken'><script>document.title='taken'</script></svg><style>*{display:none}</style>"
NOW = datetime(2026, 11, 28, 1, tzinfo=UTC)


def entry(outcome: Outcome, probe: str) -> DrillEntry:
    samples = [ProbeSample(probe=probe, at=at, seconds=0.2, holds=not 5 < at < 9, answered=at != 7, detail=probe) for at in range(20)]
    return DrillEntry(
        name="nginx-pod",
        title="The party's nginx is killed",
        site="north",
        held=outcome is Outcome.HELD,
        outcome=outcome,
        clean_up=CleanUp.DONE,
        sentence="so it went",
        recovery_seconds=3.5,
        started_at=NOW - timedelta(minutes=5),
        seconds=20,
        fault_at=5,
        probes=(ProbeRecovery(probe=probe, broke=True, seconds=3.5, failed=3, worst=probe),),
        timeline=tuple(samples),
    )


@pytest.fixture
def show(page: Page, tmp_path: Path) -> Callable[[DrillEntry], Page]:
    def shown(told: DrillEntry) -> Page:
        path = tmp_path / "drills.html"
        report = DrillReport(inventory="inventories/lab", made_at=NOW, held=told.held, sentence="as told", drills=(told,))
        path.write_text(render_page(report), encoding="utf-8")
        page.resize(1280)
        page.media()
        page.open(path)
        return page

    return shown


@pytest.mark.parametrize(
    ("outcome", "verdict"), [(Outcome.HELD, "What failed on purpose came back"), (Outcome.NOT_HELD, "Not everything is as it must be")]
)
def test_the_verdict_is_the_first_thing_seen(show: Callable[[DrillEntry], Page], outcome: Outcome, verdict: str) -> None:
    assert show(entry(outcome, "nginx is ready")).shown("h2")[0] == verdict


def test_the_time_line_shows_what_held_what_did_not_and_what_gave_no_answer(show: Callable[[DrillEntry], Page]) -> None:
    page = show(entry(Outcome.HELD, "nginx is ready"))
    colours = [page.look(f"getComputedStyle(document.querySelector('.strips .{kind}')).fill") for kind in ("holds", "fails", "silent")]
    assert len(set(colours)) == 3


def test_nothing_is_asked_of_the_network_whatever_others_said(show: Callable[[DrillEntry], Page]) -> None:
    page = show(entry(Outcome.NOT_HELD, HOSTILE))
    assert page.requests() == []
    assert page.complaints() == []
    assert page.shown("h2")[0] == "Not everything is as it must be"


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_its_window(show: Callable[[DrillEntry], Page], width: int) -> None:
    page = show(entry(Outcome.HELD, "the broker is reached through the exchange"))
    page.resize(width)
    assert page.look("document.documentElement.scrollWidth") <= width
