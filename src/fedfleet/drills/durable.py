"""Files that are on the disk when they are written, whatever becomes of the machine a moment later."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_ONLY_OURS: Final = 0o600


def write_durably(target: Path, text: str) -> None:
    """Write a file that only its owner reads; it is on the disk when this returns, whole or not at all.

    Raises:
        OSError: it is not, and what was there before still is.
    """
    draft = target.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _ONLY_OURS)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
