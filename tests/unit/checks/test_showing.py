import json
from dataclasses import replace
from typing import Any

import pytest

from fedfleet.checks import SiteResult, check_site
from fedfleet.checks.look import Look, Unseen
from fedfleet.checks.showing import Format, Signs, as_json, lines

from .looks import EXCHANGE, PARTY, certificate, workload

UTF8, ASCII = Signs(unicode=True), Signs(unicode=False)
WARNED = replace(PARTY, certificates=[certificate(12)])
FAILED = replace(WARNED, workloads=[workload("StatefulSet", "python", 0, 1), workload("Deployment", "nginx")])


def shown(*looks: Look, style: Format = Format.TEXT, signs: Signs = UTF8) -> list[str]:
    return [line.plain for line in lines([check_site(look) for look in looks], signs, style)]


def test_a_good_site_is_one_line_a_category() -> None:
    found = shown(PARTY, EXCHANGE)
    assert [line.split()[1] for line in found if line.startswith("  ")] == [
        "kubernetes", "storage", "pods", "services", "certificates", "broker", "coordination", "exchange", "jobs", "proofs",
        "kubernetes", "storage", "pods", "certificates", "exchange",
    ]  # fmt: skip
    assert all(line.startswith("  √ ") for line in found if line.startswith("  "))
    assert found[-1].startswith("√ all ")


def test_what_is_not_good_is_told_with_its_value_its_threshold_and_where_to_read_on() -> None:
    found = shown(WARNED)
    at = found.index("      ‼ certificate coordination: 12 days left, wants 30")
    assert found[at - 1] == "  ‼ certificates  2 of 3 good"
    assert found[at + 1].strip().startswith("Run site.yml at the exchange, which renews")
    assert found[at + 2].strip() == "docs/reference/checks.md#certificate-days"
    assert found[-1] == "‼ 1 warning"


def test_a_failure_outweighs_a_warning() -> None:
    assert shown(FAILED)[-1] == "× 1 check failed, 1 warning"  # noqa: RUF001 - the sign


def test_short_has_a_line_for_what_is_not_good_and_nothing_else() -> None:
    assert shown(PARTY, style=Format.SHORT) == []
    assert shown(WARNED, style=Format.SHORT) == ["‼ clinic certificate-days certificate coordination: 12 days left, wants 30"]


def test_wide_has_every_value() -> None:
    found = "\n".join(shown(PARTY, style=Format.WIDE))
    assert "√ kube-version: Kubernetes is of a version FedFleet knows" in found
    assert "√ claim flow: Bound\n" in found
    assert "√ volume flow: 10 % of 0.0 GiB used (wants at most 80 %)" in found


@pytest.mark.parametrize("style", [Format.TEXT, Format.WIDE, Format.SHORT])
def test_without_utf8_everything_is_ascii(style: Format) -> None:
    found = "\n".join(shown(replace(FAILED, api=Unseen("§ → …")), style=style, signs=ASCII))
    assert found.isascii()
    assert "!!" in found
    assert "XX" in found


@pytest.mark.parametrize(
    ("encoding", "unicode"), [("utf-8", True), ("UTF8", True), ("ANSI_X3.4-1968", False), ("latin-1", False), (None, False)]
)
def test_the_terminal_s_encoding_decides(encoding: str | None, unicode: bool) -> None:
    assert Signs.of_encoding(encoding).unicode is unicode


def test_json_says_the_same_to_programs() -> None:
    results: list[SiteResult] = [check_site(PARTY), check_site(WARNED), check_site(FAILED)]
    report: dict[str, Any] = json.loads(json.dumps(as_json(results)))
    assert (report["ok"], report["level"]) == (False, "failure")
    assert [site["ok"] for site in report["sites"]] == [True, True, False]
    (days,) = [check for check in report["sites"][1]["checks"] if check["code"] == "certificate-days"]
    assert (days["level"], days["outcomes"][0]["found"], days["outcomes"][0]["wanted"]) == ("warning", "12 days left", "30")
