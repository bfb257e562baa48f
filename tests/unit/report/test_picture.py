"""The federation as a picture: readable with few parties and with many."""

from itertools import combinations, pairwise

import pytest

from fedfleet.report.picture import Box, Picture, narrow, wide
from support.reports import ORGANISATIONS, MadeUp


def overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    down = one.y < other.y + other.height and other.y < one.y + one.height
    return across and down


@pytest.fixture(
    params=[(draw, parties) for draw in (wide, narrow) for parties in range(2, 11)], ids=lambda each: f"{each[0].__name__}-{each[1]}"
)
def picture(request: pytest.FixtureRequest) -> Picture:
    draw, parties = request.param
    drawn: Picture = draw(MadeUp(parties=parties).report())
    return drawn


def test_no_box_covers_another(picture: Picture) -> None:
    assert [pair for pair in combinations(picture.boxes, 2) if overlap(*pair)] == []


def test_everything_is_inside(picture: Picture) -> None:
    assert all(
        box.x >= 0 and box.x + box.width <= picture.width and box.y >= 0 and box.y + box.height <= picture.height for box in picture.boxes
    )


def test_every_party_has_a_lane_for_each_kind_of_traffic(picture: Picture) -> None:
    assert len(picture.lanes) == 3 * len(picture.parties)


def test_lanes_keep_apart(picture: Picture) -> None:
    ends = sorted((drawn.x1, drawn.y) for drawn in picture.lanes)
    assert all(y2 - y1 >= 30 for (x1, y1), (x2, y2) in pairwise(ends) if x1 == x2)


def test_a_failure_shows_on_the_lanes_of_both_ends() -> None:
    drawn = wide(MadeUp(parties=3, failing=frozenset({(3, "30000 → 32000")})).report())

    failed = [lane.lane for lane in drawn.lanes if lane.lane.state == "failed"]
    assert [(lane.kind, lane.told) for lane in failed] == [("broker", "1 of 5 fails")] * 2


def test_long_names_are_cut_to_their_box() -> None:
    drawn = wide(MadeUp(organisations=["The " + "Very " * 15 + "Long Name", *ORGANISATIONS]).report())

    assert all(len(text) <= 30 for box in drawn.parties for _, text in box.lines)
    assert drawn.parties[0].lines[0][1].endswith("…")


def test_the_picture_is_told_in_words() -> None:
    told = wide(MadeUp(failing=frozenset({(3, "30000 → 31000")})).report()).description

    assert told.startswith(
        "2 parties around one exchange. Party 30000, Hospital North, failed: coordination proven, 3 of 3; broker failed, 1 of 3 fails"
    )
