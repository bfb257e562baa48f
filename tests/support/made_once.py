"""What takes long to make, and all processes of a test run may read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fedfleet.images.turn import turn


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder of this run that the first process to need it makes, while the others wait for it."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, done = shared / name, shared / f"{name}.made"
    with turn(shared / f"{name}.lock", print, name):
        if not done.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            done.touch()
    return folder
