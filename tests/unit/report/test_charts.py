"""Curves and bars as shapes."""

import pytest

from fedfleet.report.charts import charts_of, score_bars, share, stage_bars
from fedfleet.report.model import Stage
from fedfleet.report.workload import Curve, Score


def test_curves_of_one_name_share_a_chart_and_its_scale() -> None:
    (chart,) = charts_of([Curve(name="loss", party_id="1", values=(4.0, 2.0)), Curve(name="loss", party_id="2", values=(3.0, 1.0, 0.0))])

    assert (chart.lowest, chart.highest, chart.steps) == (0.0, 4.0, 3)
    assert [line.points for line in chart.lines] == ["52.0,12.0 190.0,75.0", "52.0,43.5 190.0,106.5 328.0,138.0"]


def test_lines_of_a_chart_differ_without_colour() -> None:
    (chart,) = charts_of([Curve(name="loss", party_id=str(party), values=(1.0, 0.5)) for party in range(4)])

    assert len({line.dashes for line in chart.lines}) == 4


@pytest.mark.parametrize("values", [(0.5,), (0.5, 0.5, 0.5)])
def test_a_curve_that_does_not_change_can_be_drawn(values: tuple[float, ...]) -> None:
    (chart,) = charts_of([Curve(name="loss", party_id="1", values=values)])

    assert {point.split(",")[1] for point in chart.lines[0].points.split()} == {"75.0"}


def test_a_curve_without_values_is_left_out() -> None:
    assert charts_of([Curve(name="loss", party_id="1", values=())]) == ()


def test_scores_up_to_one_are_drawn_against_one_and_others_against_the_highest() -> None:
    scores = [Score(model="a", metric="AUC", value=0.9), Score(model="a", metric="RMSE", value=3), Score(model="b", metric="RMSE", value=6)]

    assert [bar.length for _, bar in score_bars(scores)] == [90.0, 50.0, 100.0]


def test_stages_lie_behind_each_other() -> None:
    stages = [Stage(name="Deploy", seconds=6, ok=True), Stage(name="Validate", seconds=2, ok=True)]

    assert [(bar.start, bar.length) for _, bar in stage_bars(stages, 8)] == [(0.0, 75.0), (75.0, 25.0)]


def test_more_than_the_whole_fills_the_bar() -> None:
    assert share(12, 6).length == 100.0
    assert share(1, 0).length == 0.0
