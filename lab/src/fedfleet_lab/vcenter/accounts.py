"""Who may log in to the simulated vCenter, in the form that it reads (lab/go/vcenter/credentials.go)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ADMINISTRATORS = "Administrators"
"""The group whose members may do all; others may what their privileges say."""

DOMAIN = "vsphere.local"


@dataclass(frozen=True)
class Account:
    """One account.

    Attributes:
        privileges: names such as `Namespaces.Configure`, as vSphere has them; REST and SOAP ask for the same ones.
        namespaces: the vSphere Namespaces on which they hold; on all of them where none is named.
    """

    name: str
    password: str = field(repr=False)
    groups: tuple[str, ...] = ()
    privileges: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    domain: str = DOMAIN

    @property
    def user(self) -> str:
        """The name to log in with; the simulator takes it without its domain, too."""
        return f"{self.name}@{self.domain}"


SITES = ("exchange", "30000", "40000")
"""Those of the lab's inventories, each of which has an account of its own."""

SITE_PRIVILEGES = (
    "System.Read",
    "StorageProfile.View",
    "Namespaces.Configure",
)
"""What a site's account may do that brings nothing of its own into vCenter: docs/how-to/vsphere.md, "The account"."""


def site_account(site: str, password: str) -> Account:
    """Returns the account of one site, `exchange` or a party's number, on whose vSphere Namespace alone its privileges hold."""
    return Account(f"fl-{site}", password, (), SITE_PRIVILEGES, (f"fl-{site}", "fl-shared"))


def render(accounts: Iterable[Account]) -> bytes:
    """Returns the file's content, which holds passwords."""
    return json.dumps([asdict(account) for account in accounts], indent=1).encode()
