"""The same key means the same image: whatever goes into an image changes its key, and nothing else does."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from fedfleet.images.catalogue import load
from fedfleet.images.fingerprint import KEY_LENGTH, keys, of_tree


def keys_of(definitions: Path, agent: Path) -> dict[str, str]:
    catalogue = load(definitions)
    return keys(catalogue, catalogue.images, {"agent": agent})


def edit_lock(definitions: Path, edit: Callable[[dict[str, dict[str, object]]], object]) -> None:
    path = definitions / "images.lock"
    lock = yaml.safe_load(path.read_text())
    edit(lock)
    path.write_text(yaml.safe_dump(lock))


@pytest.fixture
def changed(definitions: Path, agent: Path) -> Callable[[], set[str]]:
    """What has another key than at the test's beginning."""
    before = keys_of(definitions, agent)

    def names() -> set[str]:
        after = keys_of(definitions, agent)
        return {name for name in after if after[name] != before[name]}

    return names


def test_a_key_is_short_enough_for_a_tag(definitions: Path, agent: Path) -> None:
    assert {len(key) for key in keys_of(definitions, agent).values()} == {KEY_LENGTH}


def test_nothing_changed_nothing_changes(changed: Callable[[], set[str]]) -> None:
    assert changed() == set()


def test_times_do_not_count(definitions: Path, changed: Callable[[], set[str]]) -> None:
    os.utime(definitions / "base" / "Containerfile", (0, 0))
    assert changed() == set()


def test_a_changed_file_changes_that_image_alone(definitions: Path, changed: Callable[[], set[str]]) -> None:
    (definitions / "tool" / "start").write_text("#!/bin/sh\n")
    assert changed() == {"tool"}


def test_an_executable_bit_counts(definitions: Path) -> None:
    before = of_tree(definitions / "tool")
    (definitions / "tool" / "Containerfile").chmod(0o755)
    assert of_tree(definitions / "tool") != before


def test_a_changed_parent_changes_all_that_is_built_on_it(definitions: Path, changed: Callable[[], set[str]]) -> None:
    (definitions / "base" / "Containerfile").write_text("FROM scratch\nUSER 1\n")
    assert changed() == {"base", "tool", "store"}


def test_another_day_of_debian_changes_all_that_holds_debian(definitions: Path, changed: Callable[[], set[str]]) -> None:
    edit_lock(definitions, lambda lock: lock["debian"].update(as_of="2026-12-01"))
    assert changed() == {"base", "tool", "store"}


def test_a_changed_checksum_changes_the_image_it_goes_into(definitions: Path, changed: Callable[[], set[str]]) -> None:
    edit_lock(definitions, lambda lock: lock["maven"].update({"store/jars": {"a.jar": "11", "b.jar": "23"}}))
    assert changed() == {"store"}


def test_a_given_program_counts(agent: Path, changed: Callable[[], set[str]]) -> None:
    (agent / "agent").write_text("another program")
    assert changed() == {"agent"}


def test_files_beside_a_given_program_do_not_count(agent: Path, changed: Callable[[], set[str]]) -> None:
    (agent / "notes.txt").write_text("other notes")
    assert changed() == set()
