"""One wheel carries library, command and collection."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections/fedfleet/federation"


@pytest.fixture(scope="module")
def wheel_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that this checkout makes."""
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    return Path(built)


@pytest.fixture(scope="module")
def wheel(wheel_file: Path) -> set[str]:
    """Return the names of the files in the wheel."""
    with zipfile.ZipFile(wheel_file) as archive:
        return set(archive.namelist())


def files_below(directory: str) -> set[str]:
    """Return the files below a directory of the checkout, without what Python leaves there."""
    return {str(path.relative_to(ROOT)) for path in (ROOT / directory).rglob("*") if path.is_file() and "__pycache__" not in path.parts}


@pytest.mark.parametrize("part", ["meta", "playbooks", "plugins", "roles"])
def test_the_collection_is_complete(wheel: set[str], part: str) -> None:
    assert {f"{COLLECTION}/{name}" for name in files_below(part)} - wheel == set()


def test_the_library_is_complete(wheel: set[str]) -> None:
    assert {name.removeprefix("src/") for name in files_below("src/fedfleet")} - wheel == set()


def test_the_images_definitions_are_complete(wheel: set[str]) -> None:
    assert {f"fedfleet/images/definitions/{name.removeprefix('images/')}" for name in files_below("images")} - wheel == set()


def test_an_installed_package_finds_its_images(wheel_file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel_file) as archive:
        archive.extractall(tmp_path)
    script = "from fedfleet.images.catalogue import load; print(load().folder)"
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == str(tmp_path / "fedfleet" / "images" / "definitions")


def test_no_lab_is_in_it(wheel: set[str]) -> None:
    assert [name for name in wheel if "fedfleet_lab" in name or name.startswith(("lab/", "tests/"))] == []


def test_nothing_python_leaves_behind_is_in_it(wheel: set[str]) -> None:
    assert [name for name in wheel if "__pycache__" in name or name.endswith(".pyc")] == []
