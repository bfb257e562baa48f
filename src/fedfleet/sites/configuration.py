"""Which ansible.cfg holds for an inventory, wherever a command is called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ENVIRONMENT: Final = "ANSIBLE_CONFIG"


def ansible_config(inventory: Path) -> Path | None:
    """The configuration that Ansible would take here, or the one that lies beside the inventory; None where there is none."""
    stated = os.environ.get(ENVIRONMENT)
    beside = inventory if inventory.is_dir() else inventory.parent
    candidates = [Path(stated)] if stated else [Path.cwd() / "ansible.cfg", beside / "ansible.cfg", beside.parent / "ansible.cfg"]
    return next((path.absolute() for path in candidates if path.is_file()), None)
