"""The report's page as people see it: in a browser without network and scripts, wide and narrow, light and dark, on paper, and read aloud."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from fedfleet.report.page import render_page
from support.browser import Page
from support.reports import MadeUp, party_ids, workload

# In every text of the outside world: markup, attributes, styles, scripts, and what would be asked of the network.
HOSTILE = "\"'><img src=http://198.51.100.7/a onerror=document.title='taken'><script>document.title='taken'</script></svg><style>*{display:none}</style>&amp;"
# 210 mm less two margins of 14, at 96 pixels an inch.
A4_WIDTH = 687
WIDTHS = {"wide": 1280, "narrow": 390}


@pytest.fixture
def show(page: Page, tmp_path: Path) -> Callable[[MadeUp], Page]:
    """Shows the page of a made-up federation, 1280 pixels wide and light."""

    def shown(made_up: MadeUp) -> Page:
        path = tmp_path / "report.html"
        path.write_text(render_page(made_up.report()), encoding="utf-8")
        page.resize(1280)
        page.media()
        page.open(path)
        return page

    return shown


def test_the_verdict_is_the_first_thing_seen(show: Callable[[MadeUp], Page]) -> None:
    page = show(MadeUp())

    assert page.shown("h2")[0] == "Everything holds"
    assert page.look("document.querySelector('#verdict').getBoundingClientRect().bottom") < 200
    assert page.shown("h2")[1:] == [
        "Topology", "Ladder", "Routes by replica", "Stages and times", "Certificates", "Sizing", "Images", "Versions",
    ]  # fmt: skip


def test_a_failure_is_seen_in_words_in_the_picture_and_in_the_ladder(show: Callable[[MadeUp], Page]) -> None:
    page = show(MadeUp(failing=frozenset({(3, "30000 → 31000")})))

    assert page.shown("#verdict") == ["Something does not hold"]
    assert "broker ✗ 1 of 3 fails" in page.shown(".picture.wide text")
    (row,) = [row for row in page.shown("details[open] tr") if "✗ fails" in row]
    assert "30000 → 31000" in row
    assert "refused by 10.89.0.200:443" in row
    assert page.shown(".findings p")[1] == "Next: look at the Service behind it and at its pods."


def test_a_workloads_scores_and_curves_are_seen(show: Callable[[MadeUp], Page]) -> None:
    page = show(MadeUp(workloads=[workload()]))

    assert any("federated" in row and "0.9479" in row for row in page.shown("#workloads ~ div tr"))
    assert page.look("document.querySelectorAll('.chart polyline').length") == 3


@pytest.mark.parametrize("parties", [2, 10])
def test_nothing_is_asked_of_the_network(show: Callable[[MadeUp], Page], parties: int) -> None:
    page = show(MadeUp(parties=parties, workloads=[workload()]))

    assert page.requests() == []
    assert page.complaints() == []


def test_asking_would_be_noticed(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "asking.html"
    path.write_text("<!DOCTYPE html><title>asking</title><img src='http://198.51.100.7/a.png'>", encoding="utf-8")

    page.open(path)

    assert page.requests() == ["http://198.51.100.7/a.png"]


def test_hostile_texts_are_shown_and_do_nothing(page: Page, tmp_path: Path) -> None:
    made_up = MadeUp(organisations=[HOSTILE, "Hospital South"], detail=HOSTILE, failing=frozenset({(3, "30000 → 31000")}))
    made_up.workloads = [workload().model_copy(update={"name": HOSTILE, "message": HOSTILE})]
    path = tmp_path / "report.html"
    path.write_text(render_page(made_up.report()), encoding="utf-8")

    page.resize(1280)
    page.open(path, scripts=True)

    assert page.requests() == []
    assert page.look("document.querySelectorAll('img, script, main style').length") == 0
    assert page.look("document.title").startswith("Something does not hold")
    assert any(HOSTILE in text for text in page.shown("td"))
    assert any(HOSTILE in text for text in page.shown(".findings p"))


@pytest.mark.parametrize("name", WIDTHS)
@pytest.mark.parametrize("parties", range(2, 11))
def test_words_of_the_picture_stay_inside_boxes_and_lanes(show: Callable[[MadeUp], Page], parties: int, name: str) -> None:
    ids = party_ids(parties)
    failing = frozenset((2, f"{ids[0]} → {other}") for other in ids[2:]) or frozenset({(2, f"{ids[0]} → {ids[1]}")})
    page = show(MadeUp(parties=parties, organisations=["Western Women's Memorial Hospital of WWW"] * parties, failing=failing))
    page.resize(WIDTHS[name])

    assert page.shown(f".picture.{name} .title") == ["Exchange", *(f"Party {each}" for each in ids)]
    outside = page.look(
        f"""(() => {{
          const svg = document.querySelector('.picture.{name}');
          const reach = e => {{ const b = e.getBBox(); return [b.x, b.x + b.width, b.y, b.y + b.height] }};
          const places = [...svg.querySelectorAll('.box, .lane')].map(reach);
          return [...svg.querySelectorAll('text')].filter(t => {{
            const [left, right, top, bottom] = reach(t);
            const room = t.classList.contains('words') ? 24 : 0;
            return !places.some(([l, r, t, b]) => l <= left && right <= r && t - room <= top && bottom <= b + 6);
          }}).map(t => t.textContent);
        }})()"""
    )
    assert outside == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_only_tables_scroll_sideways(show: Callable[[MadeUp], Page], width: int) -> None:
    page = show(MadeUp(parties=10, workloads=[workload()]))
    page.resize(width)

    assert page.look("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "seen"), [(1280, "wide"), (390, "narrow")])
def test_one_picture_is_seen(show: Callable[[MadeUp], Page], width: int, seen: str) -> None:
    page = show(MadeUp())
    page.resize(width)

    pictures = "[...document.querySelectorAll('svg[role=img]')].filter(e => e.checkVisibility()).map(e => e.classList[1])"
    assert page.look(pictures) == [seen]


@pytest.mark.parametrize(("kind", "dark"), [("screen", False), ("screen", True), ("print", False)])
def test_every_text_stands_out_from_what_is_behind_it(show: Callable[[MadeUp], Page], kind: str, dark: bool) -> None:
    made_up = MadeUp(parties=5, failing=frozenset({(3, "30000 → 31000")}), workloads=[workload()])
    page = show(made_up)
    page.media(kind, dark=dark)

    # WCAG 2.2, 1.4.3: contrast of at least 4.5 to 1.
    faint = page.look(
        """(() => {
          const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b };
          const numbers = c => c.match(/[\\d.]+/g).map(Number);
          const behind = e => { for (; e; e = e.parentElement) {
            const c = numbers(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
          const found = new Set();
          for (const e of document.querySelectorAll('body *')) {
            if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
            const style = getComputedStyle(e), svg = e.closest('svg.picture');
            const fore = numbers(svg || e.closest('svg') ? style.fill : style.color).slice(0, 3);
            const backs = svg ? [...svg.querySelectorAll('.box')].map(b => numbers(getComputedStyle(b).fill).slice(0, 3)) : [behind(e)];
            for (const back of backs) {
              const [a, b] = [light(fore), light(back)].sort((x, y) => y - x);
              if ((a + .05) / (b + .05) < 4.5) found.add(`${e.tagName}.${e.getAttribute('class')} ${fore} on ${back}`);
            }
          }
          return [...found];
        })()"""
    )
    assert faint == []


def test_on_paper_everything_is_open(show: Callable[[MadeUp], Page]) -> None:
    page = show(MadeUp(parties=10))
    closed = page.look("document.querySelectorAll('details:not([open]) table').length")
    assert closed > 0

    page.media("print")

    assert page.look("[...document.querySelectorAll('details table')].every(t => t.getBoundingClientRect().height > 0)")
    assert page.shown("nav") == []


def test_a_sheet_of_paper_is_wide_enough(show: Callable[[MadeUp], Page]) -> None:
    page = show(MadeUp(parties=10, failing=frozenset({(3, "30000 → 31000")}), workloads=[workload()]))
    page.resize(A4_WIDTH)
    page.media("print")

    assert page.look("document.documentElement.scrollWidth") <= A4_WIDTH


def test_it_can_be_read_aloud(show: Callable[[MadeUp], Page]) -> None:
    page = show(MadeUp(workloads=[workload()]))

    said = page.contents()
    names = {
        role: [node["name"] for node in said if node["role"] == role] for role in ("heading", "image", "columnheader", "table", "main")
    }
    assert len(names["main"]) == 1
    assert names["image"][0] == "The federation and what was proven in it"
    assert {"loss", "auc"} <= set(names["image"])
    assert all(names["image"])
    assert all(names["columnheader"])
    levels = page.look("[...document.querySelectorAll('h1, h2, h3, h4')].map(e => +e.tagName[1])")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = page.look("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    missing = "[...document.querySelectorAll('[aria-labelledby]')].flatMap(e => e.getAttribute('aria-labelledby').split(' '))"
    assert set(page.look(missing)) <= set(ids)
    assert page.look("[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.getAttribute('href')))")
    assert page.look("[...document.querySelectorAll('td, th')].every(c => c.tagName === 'TD' || c.scope)")
