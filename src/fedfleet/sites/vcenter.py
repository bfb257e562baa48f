"""How a site logs in to vCenter: as its inventory says, or as whoever is named in the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError
from fedfleet.sites.inventory import resolved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class NoVcenterError(FedFleetError):
    """Nothing says which vCenter has a site's machines, or who logs in there."""


@dataclass(frozen=True)
class VcenterLogin:
    """A login to vCenter. It holds a password, and is written to no file.

    Attributes:
        host: name or address.
        username: with its domain.
        ca_file: file with the authorities of its certificate; empty for those that the system trusts.
    """

    host: str
    username: str
    password: str = field(repr=False)
    ca_file: str = ""
    port: int = 443


def vcenter_login(inventory: Path, site: str, extra_vars: Sequence[str] = (), environment: Mapping[str, str] = os.environ) -> VcenterLogin:
    """The login of a site.

    The inventory's is that of role cluster: `cluster_vcenter_hostname`, `_username`, `_password` and `_ca_file`. Its account need not be one that may
    switch machines: VCENTER_USER and VCENTER_PASSWORD together name another, VCENTER_HOST and VCENTER_CA what the inventory does not say or says otherwise.

    Raises:
        NoVcenterError: neither says it.
        InventoryError: Ansible cannot resolve it.
    """
    said: dict[str, str] = resolved(inventory, "vcenter.yml", [*extra_vars, f"vcenter_site={site}"])
    user, password = environment.get("VCENTER_USER", ""), environment.get("VCENTER_PASSWORD", "")
    login = VcenterLogin(
        host=environment.get("VCENTER_HOST", "") or said["host"],
        username=user if user and password else said["username"],
        password=password if user and password else said["password"],
        ca_file=environment.get("VCENTER_CA", "") or said["ca_file"],
    )
    if not (login.host and login.username and login.password):
        raise NoVcenterError(
            "It is not known which vCenter has the site's machines, or who logs in there",
            expected="cluster_vcenter_hostname, cluster_vcenter_username and cluster_vcenter_password in the inventory, or VCENTER_HOST, "
            "VCENTER_USER and VCENTER_PASSWORD in the environment",
            where=f"site {site}",
        )
    return login
