"""OCI images made by hand, laid out on disk and saved, for tests that need no buildah."""

import hashlib
import json
from pathlib import Path
from typing import Any

from fedfleet.images import archive_writer
from fedfleet.images.archive import BLOBS, ArchivedImage, ArchiveIndex, digest_of
from fedfleet.images.pace import Pace

SHARED = hashlib.shake_256(b"shared").digest(3 << 19)


def quiet(_line: str) -> None:
    """Nobody watches."""


def put(layout: Path, content: bytes) -> dict[str, Any]:
    """Put a blob into a layout; return its descriptor."""
    folder = layout / BLOBS
    folder.mkdir(parents=True, exist_ok=True)
    digest = digest_of(content)
    (folder / digest.removeprefix("sha256:")).write_bytes(content)
    return {"mediaType": "application/octet-stream", "digest": digest, "size": len(content)}


def image(layout: Path, name: str, version: str = "1.0", key: str = "abcd", layers: tuple[bytes, ...] = ()) -> ArchivedImage:
    """Put an image into a layout, on top of a layer that all have."""
    configuration = put(layout, json.dumps({"config": {"Labels": {"dev.fedfleet.key": key}}, "of": name}).encode())
    manifest = {"schemaVersion": 2, "config": configuration, "layers": [put(layout, layer) for layer in (SHARED, *layers)]}
    written = put(layout, json.dumps(manifest).encode())
    return ArchivedImage(
        name=name,
        version=version,
        key=key,
        manifest=written["digest"],
        packed=written["size"] + len(SHARED),
        unpacked=10_000_000,
        bill=digest_of(bill(name)),
    )


def bill(name: str) -> bytes:
    """What stands in for a bill of materials."""
    return f'{{"of": "{name}"}}\n'.encode()


def index(layout: Path) -> ArchiveIndex:
    """Two images that share a layer."""
    images = (image(layout, "base"), image(layout, "tool", layers=(b"one layer", b"another")))
    return ArchiveIndex(format=1, made_by="fedfleet 0.1.0", images=images)


def saved(folder: Path, name: str = "images.tar") -> Path:
    """A file with two images that share a layer."""
    made = index(folder / "layout")
    bills = {one.name: bill(one.name) for one in made.images}
    archive_writer.write(folder / name, made, folder / "layout", bills, Pace("writing", 1, quiet))
    return folder / name
