"""`fedfleet drill plan`: whether a site allows a drill, now or when the change is to be."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fedfleet.cli import app

SITE = """
all:
  vars:
    federation_name: clinics
    federation_domain: clinics.example
    site_profile: production
    drill_allow: true
    drill_window: 2126-12-01T22:00Z/2126-12-02T02:00Z
    drill_consent: party 40000, change 12
  children:
    parties:
      hosts:
        north: {party_id: 30000, organisation: Hospital North}
"""


@pytest.mark.parametrize(
    ("moment", "code", "told"),
    [
        ((), 4, "It is not the time for drills"),
        (("--at", "2126-12-01T22:30"), 0, "may be run at 2126-12-01T22:30Z"),
        (("--at", "2126-12-02T01:59Z"), 4, "might last longer than the window"),
        (("--at", "tonight"), 2, "tonight"),
    ],
)
def test_a_plan_is_held_against_the_window(tmp_path: Path, moment: tuple[str, ...], code: int, told: str) -> None:
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(SITE)

    ended = CliRunner().invoke(app, ["drill", "plan", "mysql-pod", "-i", str(inventory), *moment])

    assert (ended.exit_code, told in " ".join(ended.output.split())) == (code, True), ended.output
