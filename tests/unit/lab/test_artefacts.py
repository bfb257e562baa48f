"""An artefact is named by all that goes into it."""

from dataclasses import replace
from pathlib import Path

import pytest

from fedfleet_lab.artefacts import GoProgram, Recipe
from fedfleet_lab.artefacts.gobuild import estimate_minutes
from fedfleet_lab.artefacts.toolchain import parse_release, required_version
from fedfleet_lab.paths import LabPaths, go_sources
from fedfleet_lab.prune import prune
from fedfleet_lab.recipes import EVERYTHING, ON_DEMAND

RECIPE = Recipe("thing", "module", (GoProgram("thing", "."),))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_text("module thing\n\ngo 1.24.0\n")
    (module / "go.sum").write_text("")
    (module / "main.go").write_text("package main\n")
    return tmp_path


def test_the_same_inputs_have_the_same_key(sources: Path) -> None:
    assert RECIPE.key(sources, "go1.26") == RECIPE.key(sources, "go1.26")


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "main.go", "other.go"])
def test_a_changed_source_changes_the_key(sources: Path, name: str) -> None:
    before = RECIPE.key(sources, "go1.26")
    with (sources / "module" / name).open("a") as file:
        file.write("// changed\n")
    assert RECIPE.key(sources, "go1.26") != before


def test_another_toolchain_or_flag_changes_the_key(sources: Path) -> None:
    before = RECIPE.key(sources, "go1.26")
    assert RECIPE.key(sources, "go1.27") != before
    assert replace(RECIPE, programs=(GoProgram("thing", ".", "-X a=b"),)).key(sources, "go1.26") != before


def test_a_better_estimate_leaves_the_key_alone(sources: Path) -> None:
    assert replace(RECIPE, minutes=99).key(sources, "go1.26") == RECIPE.key(sources, "go1.26")


def test_every_module_of_the_lab_has_its_checksums() -> None:
    for recipe in (*EVERYTHING, *ON_DEMAND):
        module = go_sources() / recipe.module
        needs = "require" in (module / "go.mod").read_text()
        assert not needs or (module / "go.sum").exists(), recipe.kind


def test_more_cores_shorten_all_but_linking() -> None:
    recipe = replace(RECIPE, minutes=8.5)
    assert estimate_minutes(recipe, 2) == 8.5
    assert estimate_minutes(recipe, 8) == 2.5


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("go version go1.27 linux/arm64", (1, 27, 0)),
        ("go: command not found", (0, 0, 0)),
    ],
)
def test_a_toolchains_version_is_read_from_what_it_prints(text: str, version: tuple[int, int, int]) -> None:
    assert parse_release(text) == version


def test_the_toolchain_must_do_for_the_most_demanding_module(sources: Path) -> None:
    (sources / "newer").mkdir()
    (sources / "newer" / "go.mod").write_text("module newer\n\ngo 1.26.1\n")
    assert required_version(sources) == (1, 26, 1)


def test_pruning_leaves_what_the_next_lab_needs(tmp_path: Path) -> None:
    paths = LabPaths(tmp_path, "unit")
    for folder in (paths.artefacts / "thing-new", paths.artefacts / "thing-old", paths.go / "build", paths.go / "mod"):
        folder.mkdir(parents=True)
    prune(paths, [paths.artefacts / "thing-new"])
    assert [folder.name for folder in paths.artefacts.iterdir()] == ["thing-new"]
    assert list(paths.go.iterdir()) == []
