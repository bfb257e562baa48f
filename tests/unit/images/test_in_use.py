"""Nothing goes from the storage while somebody uses it."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fedfleet.images import builder, in_use
from fedfleet.images.paths import CachePaths
from support.image_layout import quiet


@pytest.fixture
def paths(tmp_path: Path) -> CachePaths:
    return CachePaths(tmp_path / "cache")


def test_many_use_it_at_once(paths: CachePaths) -> None:
    told: list[str] = []
    with in_use.used(paths, told.append, "saving"), in_use.used(paths, told.append, "sending"):
        assert told == []


def test_who_takes_images_away_waits_and_says_for_whom(paths: CachePaths) -> None:
    done: list[str] = []
    told: list[str] = []
    waits = threading.Event()

    def tell(line: str) -> None:
        told.append(line)
        waits.set()

    def prune() -> None:
        with in_use.alone(paths, tell, "pruning"):
            done.append("pruned")

    pruning = threading.Thread(target=prune)
    with in_use.used(paths, quiet, "saving"):
        pruning.start()
        assert waits.wait(10)
        done.append("saved")
    pruning.join(10)
    assert done == ["saved", "pruned"]
    assert told[0].startswith("pruning: waiting for ")
    assert f"(process {os.getpid()})" in told[0]


def test_who_uses_it_waits_until_it_is_whole_again(paths: CachePaths) -> None:
    done: list[str] = []
    waits = threading.Event()

    def save() -> None:
        with in_use.used(paths, lambda _line: waits.set(), "saving"):
            done.append("saved")

    saving = threading.Thread(target=save)
    with in_use.alone(paths, quiet, "pruning"):
        saving.start()
        assert waits.wait(10)
        done.append("pruned")
    saving.join(10)
    assert done == ["pruned", "saved"]


class Storage:
    """A storage that has what was built, and remembers what was to be forgotten."""

    forgotten: list[dict[str, str]]
    built: dict[str, int]

    def __init__(self, _paths: CachePaths) -> None:
        pass

    def sizes(self) -> dict[str, int]:
        return self.built

    def build(self, _context: Path, *, names: list[str], **_rest: Any) -> float:
        self.built |= dict.fromkeys(names, 1)
        return 0.0

    def forget_former(self, keys: Mapping[str, str]) -> int:
        self.forgotten.append(dict(keys))
        return 0


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> type[Storage]:
    monkeypatch.setattr(builder, "require_root", lambda _doing: None)
    monkeypatch.setattr(builder, "Storage", Storage)
    monkeypatch.setattr(Storage, "forgotten", [], raising=False)
    monkeypatch.setattr(Storage, "built", {}, raising=False)
    return Storage


def test_a_build_leaves_former_images_while_another_run_uses_them(
    paths: CachePaths, storage: type[Storage], definitions: Path, agent: Path
) -> None:
    told: list[str] = []
    with in_use.used(paths, quiet, "saving"):
        builder.build(["agent"], None, told.append, {"agent": agent}, folder=definitions, cache=paths.root)
    assert storage.forgotten == []
    assert "former builds stay for now" in told[-1]


def test_a_build_on_its_own_takes_former_images_away(paths: CachePaths, storage: type[Storage], definitions: Path, agent: Path) -> None:
    (built,) = builder.build(["agent"], None, quiet, {"agent": agent}, folder=definitions, cache=paths.root)
    assert storage.forgotten == [{"agent": built.key}]
