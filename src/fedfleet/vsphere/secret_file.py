"""Files that only their owner may read."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: str | Path, text: str) -> bool:
    """Writes a file, mode 0600, whole or not at all; returns whether it said something else before.

    Raises:
        OSError: it cannot be written.
    """
    place = Path(path).expanduser()
    if place.exists() and place.read_text(encoding="utf-8") == text and place.stat().st_mode & 0o777 == 0o600:
        return False
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = place.with_name(f".{place.name}.{os.getpid()}.new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(place)
    return True
