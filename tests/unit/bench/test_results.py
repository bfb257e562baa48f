"""Figures kept, and shown."""

from pathlib import Path
from xml.etree import ElementTree

from bench.page import render
from bench.picture import draw
from bench.results import Measured, Ratio, Results, Topic, keep, load, topic


def _topic(title: str = "Applying", seconds: float = 2.0) -> Topic:
    measured = [Measured(case="40 objects", of="ours", value=seconds), Measured(case="40 objects", of="theirs <all>", value=40.0)]
    return topic(title, "A note.", measured, [Ratio(what="theirs against ours", value=40 / seconds, at_least=20)], Kubernetes="v1.34")


def test_a_bench_that_runs_again_takes_the_place_of_its_last_run(tmp_path: Path) -> None:
    kept = tmp_path / "bench" / "results.json"
    for found in (_topic(), _topic("Jobs"), _topic(seconds=1.0)):
        keep(found, kept)
    assert [(found.title, found.measured[0].value) for found in load(kept).topics] == [("Applying", 1.0), ("Jobs", 2.0)]


def test_a_ratio_that_is_missed_is_shown_to_be() -> None:
    page = render(Results(machine="2 cores", topics=(_topic(seconds=4.0),)))
    assert "| theirs against ours | 10.0 | ≥ 20 (missed) |" in page


def test_the_picture_is_svg_with_a_bar_for_each_value() -> None:
    drawn = ElementTree.fromstring(draw(Results(machine="2 cores", topics=(_topic(),))))  # noqa: S314 - our own
    widths = [float(bar.attrib["width"]) for bar in drawn.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths == [20.5, 410.0]
