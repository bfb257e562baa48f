"""Where the files of the collection `fedfleet.federation` are: wherever Ansible would find them beside this package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from fedfleet.errors import FedFleetError

COLLECTION: Final = "fedfleet.federation"
_PLACE: Final = Path("ansible_collections", *COLLECTION.split("."))


class CollectionMissingError(FedFleetError):
    """The collection is not where Ansible would look for it."""


def part(name: str) -> Path:
    """Return a directory of the collection, such as `playbooks`.

    Raises:
        CollectionMissingError: nowhere on Python's path.
    """
    for entry in sys.path:
        found = Path(entry or ".") / _PLACE / name
        if found.is_dir():
            return found
    raise CollectionMissingError(
        f"The collection {COLLECTION} is not installed beside fedfleet",
        expected=f"{_PLACE / name} in a directory of Python's path",
        found="none",
        next_step="Install fedfleet again; in a checkout, run make venv",
    )
