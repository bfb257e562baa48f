"""Codes of checks are promises: each has an entry in the reference, and no entry is of none."""

import re
from pathlib import Path

import yaml

from fedfleet.checks import CHECKS
from fedfleet.checks.judge_kubernetes import NEWEST, OLDEST, SKEW_SECONDS

ROOT = Path(__file__).resolve().parents[2]
ENTRY = re.compile(r"^### `([\w-]+)`$", re.MULTILINE)


def test_every_code_has_an_entry_and_every_entry_a_code() -> None:
    page = (ROOT / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
    assert ENTRY.findall(page) == [check.code for check in CHECKS]


def test_every_check_says_what_to_do_and_why() -> None:
    assert [check.code for check in CHECKS if not (check.hint and check.explained and check.title)] == []
    assert [check.code for check in CHECKS if check.hint.endswith(".") or not check.explained.endswith(".")] == []


def test_what_preflight_takes_is_what_check_takes() -> None:
    defaults = yaml.safe_load((ROOT / "roles" / "preflight" / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert defaults["preflight_kubernetes"] == {"oldest": OLDEST, "newest": NEWEST}
    assert (defaults["preflight_clock_warning"], defaults["preflight_clock_error"]) == SKEW_SECONDS
