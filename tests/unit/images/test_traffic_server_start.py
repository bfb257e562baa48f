"""What starts Traffic Server, run as it is but for its folders."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "images" / "trafficserver" / "traffic-server"


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """The script with folders of the test's own, and a manager that shows the configuration it would run with."""
    for folder in ("mounted", "defaults", "state"):
        (tmp_path / folder).mkdir()
    (tmp_path / "defaults" / "records.config").write_text("default")
    (tmp_path / "defaults" / "plugin.config").write_text("default")
    (tmp_path / "mounted" / "records.config").write_text("mounted")
    text = SCRIPT.read_text(encoding="utf-8")
    for place, folder in (
        ("/etc/trafficserver-fedfleet", "mounted"),
        ("/usr/share/trafficserver-defaults", "defaults"),
        ("/run/trafficserver", "state"),
    ):
        assert place in text
        text = text.replace(place, str(tmp_path / folder))
    script = tmp_path / "start"
    script.write_text(
        text.replace("exec traffic_manager", 'exec cat "$state/etc/records.config" "$state/etc/plugin.config"'), encoding="utf-8"
    )
    return script


def test_a_container_that_starts_again_in_its_pod_comes_up_with_what_is_mounted(start: Path) -> None:
    shown = [subprocess.run(["sh", str(start)], check=True, capture_output=True, text=True).stdout for _ in range(2)]

    assert shown == ["mounteddefault"] * 2
    assert (start.parent / "mounted" / "records.config").read_text() == "mounted"
