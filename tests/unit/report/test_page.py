"""The report as one page: whole, by itself, and nothing of others but text."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fedfleet.report.load import assemble
from fedfleet.report.page import PageNotWrittenError, default_place, render_page, write_page
from support.reports import DIGEST, NOW, MadeUp, workload

HOSTILE = "\"'><script>alert(1)</script><img src=https://198.51.100.7/x>"
# Everything by which HTML, SVG or CSS asks for something, and everything by which they run something.
ASKING = {"src", "srcset", "href", "xlink:href", "data", "action", "formaction", "poster", "background", "ping", "manifest", "style"}


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(MadeUp(parties=3, workloads=[workload()]).report())


def test_nothing_points_outside_the_page(page: str) -> None:
    asked = [value for _, attributes in Elements(page).found for name, value in attributes.items() if name in ASKING]

    assert [value for value in asked if not value.startswith("#")] == ["data:,"]
    assert re.findall(r"url\(|@import|https?:|//", page) == []


def test_no_script_is_in_it(page: str) -> None:
    elements = Elements(page).found

    assert {"script", "iframe", "object", "embed", "form"}.isdisjoint(tag for tag, _ in elements)
    assert [name for _, attributes in elements for name in attributes if name.startswith("on")] == []


def test_the_policy_allows_the_pages_own_style_and_nothing_else(page: str) -> None:
    (policy,) = [each["content"] for _, each in Elements(page).found if each.get("http-equiv") == "Content-Security-Policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def test_every_text_of_others_is_only_text() -> None:
    """A report in which every text that can come from elsewhere is hostile."""
    made_up = MadeUp(organisations=[HOSTILE] * 3, detail=HOSTILE, failing=frozenset({(3, "30000 → 31000"), (0, "nginx-5f6b-klmno 30000")}))
    sites = []
    for site in made_up.sites():
        written = site.model_dump(mode="json")
        written |= {"state": HOSTILE, "waits_for": HOSTILE, "federation": HOSTILE, "site": HOSTILE}
        written["facts"] |= {"unseen": [HOSTILE], "engine_profile": HOSTILE}
        for certificate in written["facts"]["certificates"]:
            certificate |= dict.fromkeys(("purpose", "where", "subject", "issuer"), HOSTILE) | {"names": [HOSTILE]}
        for image in written["facts"]["images"]:
            image |= {"reference": HOSTILE, "digest": HOSTILE, "parts": [HOSTILE]}
        for version in written["facts"]["versions"]:
            version |= dict.fromkeys(("name", "version", "source"), HOSTILE)
        written["facts"]["sizing"]["profile"] = HOSTILE
        for rung in written["rungs"]:
            rung |= {"name": HOSTILE, "detail": HOSTILE, "fix": HOSTILE}
        for route in written["routes"]:
            route |= {"replica": HOSTILE, "route": f"{HOSTILE} by {HOSTILE}"}
        sites.append(type(site).model_validate(written))
    run = made_up.run().model_dump(mode="json")
    run["playbook"] = HOSTILE
    for stage in run["stages"]:
        stage |= {"name": HOSTILE, "hosts": [HOSTILE]}
    work = workload().model_dump(mode="json")
    work |= {"name": HOSTILE, "message": HOSTILE, "parties": [HOSTILE], "job_ids": [HOSTILE], "files": [HOSTILE]}
    for part in work["components"]:
        part |= dict.fromkeys(("job_id", "component", "party_id", "role", "state"), HOSTILE)
    for score in work["scores"]:
        score |= {"model": HOSTILE, "metric": HOSTILE}
    for curve in work["curves"]:
        curve |= {"name": HOSTILE, "party_id": HOSTILE}
    stages, works = type(made_up.run()).model_validate(run), [type(workload()).model_validate(work)]

    page = render_page(assemble(HOSTILE, sites, stages, works, NOW))

    elements = Elements(page).found
    assert "<script" not in page
    assert "<img" not in page
    assert all(set(attributes) & ASKING <= {"href"} for _, attributes in elements)
    assert sum(HOSTILE in text for text in Elements(page).texts) > 50


def test_times_are_utc_and_say_so(page: str) -> None:
    told = re.findall(r'<time datetime="([^"]+)">([^<]+)</time>', page)

    assert told
    assert all(machine.endswith("Z") and shown.endswith(" UTC") for machine, shown in told)


@pytest.mark.parametrize(
    "fact",
    [
        "Everything holds",
        "Hospital North",
        "traffic-server-7c9d-abcde",
        "2026-11-26 06:26:00 UTC",
        "4 minutes ago",
        "19 hours ago",
        "2 min 28 s",
        DIGEST,
        "2027-12-27 07:30:00 UTC",
        "396",
        "66.2 GiB",
        "v1.34.4",
        "2.19.14",
        "2.2.0",
        "0.9479",
        "job over three or more parties",
    ],
)
def test_facts_are_in_it(page: str, fact: str) -> None:
    assert any(fact in text for text in Elements(page).texts)


def test_a_report_of_a_run_alone_has_a_page() -> None:
    assert "Nothing has been proven yet" in render_page(assemble("inventories/lab", [], MadeUp().run(), [], NOW))


def test_a_site_that_has_only_begun_has_a_page() -> None:
    site = MadeUp().party("30000")
    begun = site.model_copy(
        update={"rungs": (), "facts": type(site.facts)(), "state": "deployed", "waits_for": "It waits for its admission."}
    )

    page = render_page(assemble("inventories/lab", [begun], None, [], NOW))

    assert "State deployed: It waits for its admission." in page


def test_the_page_goes_beside_its_inventory(tmp_path: Path) -> None:
    report = MadeUp().report()

    written = write_page(report, default_place(tmp_path))

    assert written == tmp_path / "artifacts" / "reports" / "report.html"
    assert written.read_text(encoding="utf-8") == render_page(report)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(PageNotWrittenError, match=r"file/report\.html.*--html FILE"):
        write_page(MadeUp().report(), tmp_path / "file" / "report.html")
