"""Who may log in to the simulated vCenter: its administrator, the lab itself, and one account a site."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.cluster.pki import write_secret

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.paths import LabPaths

DOMAIN = "vsphere.local"
ADMINISTRATOR = "administrator"
HYPERVISOR = "fedfleet-lab"
"""The account by which VMs are powered and nodes booted; it is the lab's own."""


@dataclass(frozen=True)
class Accounts:
    """The accounts of one data centre; passwords are made where they are missing, one file each, mode 0600."""

    paths: LabPaths

    @property
    def folder(self) -> Path:
        """Where the passwords are: `administrator.password`."""
        return self.paths.lab / "vcenter"

    def password(self, name: str) -> str:
        """Returns an account's password."""
        place = self.folder / f"{name}.password"
        if not place.exists():
            write_secret(place, secrets.token_urlsafe(18).encode())
        return place.read_text()

    def token(self) -> Path:
        """Returns the file with what opens the simulator's own doors, which no vCenter has."""
        place = self.folder / "lab.token"
        if not place.exists():
            write_secret(place, secrets.token_urlsafe(32).encode())
        return place

    def write(self) -> Path:
        """Writes all accounts for the simulator and returns where."""
        administrators = [
            {"name": name, "domain": DOMAIN, "password": self.password(name), "groups": ["Administrators"], "privileges": []}
            for name in (ADMINISTRATOR, HYPERVISOR)
        ]
        place = self.folder / "accounts.json"
        text = json.dumps(administrators, indent=1)
        if not place.exists() or place.read_text() != text:
            write_secret(place, text.encode())
        return place
