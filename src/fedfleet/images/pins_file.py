"""Keeps the file of image digests, ``artifacts/images.yml``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet.federation.images import parse_pins, render_pins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.federation.images import Pin

DIGESTS_FILE = Path("artifacts/images.yml")


def record(path: Path, pins: Iterable[Pin]) -> None:
    """Write pins down. Images that were pushed to the same registry before, and not now, keep theirs.

    Raises:
        DocumentError: the file is there and is none of ours.
        OSError: it cannot be written.
    """
    new = {pin.name: pin for pin in pins}
    registries = {pin.registry for pin in new.values()}
    known = parse_pins(path.read_text(encoding="utf-8"), str(path)) if path.exists() else {}
    kept = {name: pin for name, pin in known.items() if pin.registry in registries}
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whoever deploys meanwhile reads the former file or the new one.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".images-") as folder:
        draft = Path(folder) / path.name
        draft.write_text(render_pins((kept | new).values()), encoding="utf-8")
        draft.replace(path)
