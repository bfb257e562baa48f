"""Two small images that share a layer, described as FedFleet's own are, and built in seconds from nothing."""

import hashlib
from pathlib import Path

import yaml

STATUS = (
    "Package: tini\nStatus: install ok installed\nVersion: 0.19.0-1\nArchitecture: amd64\n\n"
    "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: amd64\n"
)
METADATA = "Metadata-Version: 2.1\nName: Some_Tool\nVersion: 1.2\nLicense: MIT\n\nWhat it does.\n"
DEFINITIONS = [
    {"name": "base", "version": "12.0", "summary": "the base", "group": "platform", "seconds": 6},
    {"name": "tool", "version": "1.2", "summary": "a tool", "group": "platform", "parents": ["base"], "seconds": 5},
]


def define(folder: Path) -> Path:
    """Write the definitions into `folder`; the shared layer has a megabyte that cannot be packed."""
    for image in DEFINITIONS:
        (folder / str(image["name"])).mkdir(parents=True)
    (folder / "images.yml").write_text(yaml.safe_dump({"images": DEFINITIONS}))
    (folder / "images.lock").write_text(yaml.safe_dump({"debian": {"suite": "bookworm", "as_of": "2026-11-22"}, "maven": {}}))
    (folder / "base" / "noise").write_bytes(_noise(1 << 20))
    (folder / "base" / "status").write_text(STATUS)
    (folder / "base" / "Containerfile").write_text("FROM scratch\nCOPY noise /noise\nCOPY status /var/lib/dpkg/status\n")
    (folder / "tool" / "METADATA").write_text(METADATA)
    target = "/usr/lib/python3/some_tool-1.2.dist-info/METADATA"
    (folder / "tool" / "Containerfile").write_text(f"ARG BASE\nFROM ${{BASE}}\nCOPY METADATA {target}\n")
    return folder


def _noise(size: int) -> bytes:
    """Bytes without a pattern, the same every time."""
    return hashlib.shake_256(b"noise").digest(size)
