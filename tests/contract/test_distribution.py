"""One wheel carries library, command and collection."""

import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections/fedfleet/federation"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the names of the files in the wheel that this checkout makes."""
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def files_below(directory: str) -> set[str]:
    """Return the files below a directory of the checkout, without what Python leaves there."""
    return {str(path.relative_to(ROOT)) for path in (ROOT / directory).rglob("*") if path.is_file() and "__pycache__" not in path.parts}


@pytest.mark.parametrize("part", ["meta", "playbooks", "plugins", "roles"])
def test_the_collection_is_complete(wheel: set[str], part: str) -> None:
    assert {f"{COLLECTION}/{name}" for name in files_below(part)} - wheel == set()


def test_the_library_is_complete(wheel: set[str]) -> None:
    assert {name.removeprefix("src/") for name in files_below("src/fedfleet")} - wheel == set()


def test_no_lab_is_in_it(wheel: set[str]) -> None:
    assert [name for name in wheel if "fedfleet_lab" in name or name.startswith(("lab/", "tests/"))] == []


def test_nothing_python_leaves_behind_is_in_it(wheel: set[str]) -> None:
    assert [name for name in wheel if "__pycache__" in name or name.endswith(".pyc")] == []
