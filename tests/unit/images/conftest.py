"""A small set of images on disk, to be changed by tests."""

from pathlib import Path

import pytest
import yaml

DEFINITIONS = {
    "images": [
        {"name": "tool", "version": "1.2", "summary": "a tool", "group": "platform", "parents": ["base"], "seconds": 5},
        {
            "name": "base",
            "version": "12.0",
            "summary": "the base",
            "group": "platform",
            "seconds": 60,
            "inputs": {"rootfs": {"kind": "rootfs", "packages": ["tini"]}},
        },
        {
            "name": "store",
            "version": "3",
            "summary": "a store",
            "group": "platform",
            "parents": ["base"],
            "seconds": 9,
            "inputs": {"jars": {"kind": "maven-closure"}},
        },
        {
            "name": "agent",
            "version": "0.1",
            "summary": "built elsewhere",
            "group": "lab",
            "seconds": 1,
            "inputs": {"agent": {"kind": "given", "files": ["agent"]}},
        },
    ]
}

LOCK = {"debian": {"suite": "bookworm", "as_of": "2026-11-22"}, "maven": {"store/jars": {"a.jar": "11", "b.jar": "22"}}}


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    for image in DEFINITIONS["images"]:
        (folder / str(image["name"])).mkdir(parents=True)
        (folder / str(image["name"]) / "Containerfile").write_text(f"FROM scratch\n# {image['name']}\n")
    (folder / "images.yml").write_text(yaml.safe_dump(DEFINITIONS))
    (folder / "images.lock").write_text(yaml.safe_dump(LOCK))
    return folder


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """The folder that somebody else built the agent in."""
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "agent").write_text("a program")
    (folder / "notes.txt").write_text("not taken")
    return folder
