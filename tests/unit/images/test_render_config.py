"""The renderer in every image puts a pod's own values into mounted configuration, and never half of them."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "images" / "base" / "render-config"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "mounted"
    folder.mkdir()
    return folder


def render(source: Path, target: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["perl", str(SCRIPT), str(source), str(target)], env=environment, capture_output=True, text=True, check=False)


def test_a_variable_is_put_in(source: Path, tmp_path: Path) -> None:
    (source / "a.yaml").write_text("host: ${POD_IP}\n")
    render(source, tmp_path / "out", POD_IP="10.0.0.7")
    assert (tmp_path / "out" / "a.yaml").read_text() == "host: 10.0.0.7\n"


def test_a_secret_comes_from_its_file_without_the_last_line_break(source: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3 cr$et\n")
    (source / "a.yaml").write_text(f"passwd: '${{file:{tmp_path}/password}}'\n")
    render(source, tmp_path / "out")
    assert (tmp_path / "out" / "a.yaml").read_text() == "passwd: 's3 cr$et'\n"


def test_other_placeholders_stay(source: Path, tmp_path: Path) -> None:
    (source / "core-site.xml").write_text("${user.name} $HOME ${lower} $1\n")
    render(source, tmp_path / "out")
    assert (tmp_path / "out" / "core-site.xml").read_text() == "${user.name} $HOME ${lower} $1\n"


def test_what_is_rendered_is_the_owners_alone(source: Path, tmp_path: Path) -> None:
    (source / "a").write_text("a")
    render(source, tmp_path / "out")
    assert (tmp_path / "out" / "a").stat().st_mode & 0o777 == 0o600


def test_a_variable_without_value_stops_and_says_which(source: Path, tmp_path: Path) -> None:
    (source / "a.yaml").write_text("${POD_IP}")
    ended = render(source, tmp_path / "out")
    assert (ended.returncode, "POD_IP" in ended.stderr) == (1, True)


def test_nothing_is_left_half_written(source: Path, tmp_path: Path) -> None:
    (source / "a.yaml").write_text("${POD_IP}")
    render(source, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_secret_that_is_not_mounted_is_named(source: Path, tmp_path: Path) -> None:
    (source / "a.yaml").write_text("${file:/nowhere/password}")
    ended = render(source, tmp_path / "out")
    assert (ended.returncode, "/nowhere/password" in ended.stderr) == (1, True)


def test_rendering_again_replaces_what_was_there(source: Path, tmp_path: Path) -> None:
    (source / "a").write_text("${X}")
    render(source, tmp_path / "out", X="old")
    render(source, tmp_path / "out", X="new")
    assert (tmp_path / "out" / "a").read_text() == "new"


def test_the_links_a_config_map_is_made_of_are_followed(source: Path, tmp_path: Path) -> None:
    (source / "..2026").mkdir()
    (source / "..2026" / "a").write_text("content")
    (source / "..data").symlink_to("..2026")
    (source / "a").symlink_to("..data/a")
    render(source, tmp_path / "out")
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {"a": "content"}
