"""The data centre's simulated vCenter: its hardware, its accounts, and where it is."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from fedfleet_lab.cluster.pki import write_secret
from fedfleet_lab.vcenter import Account, Datastore, Host, Inventory, Simulator, Supervisor
from fedfleet_lab.vcenter.accounts import ADMINISTRATORS, DOMAIN, SITES, site_account

if TYPE_CHECKING:
    from fedfleet_lab.context import Context
    from fedfleet_lab.paths import LabPaths

ADMINISTRATOR = "administrator"
HYPERVISOR = "fedfleet-lab"
"""The account by which VMs are powered and nodes booted; it is the lab's own."""

_PORT = 443
_HARDWARE = Inventory(
    datacenter="lab-datacenter",
    cluster="lab-cluster",
    supervisor=Supervisor("lab-supervisor-1", "lab-supervisor"),
    hosts=tuple(Host(f"esx{number}.lab") for number in (1, 2, 3)),
    datastores=(Datastore("lab-datastore"),),
)


def simulator(ctx: Context) -> Simulator:
    """Returns the data centre's vCenter, on an address beside the host's, with the login service on its Supervisor's."""
    return Simulator(
        folder=ctx.paths.vcenter,
        inventory=_HARDWARE,
        accounts=(
            *(Account(name, password(ctx.paths, name), (ADMINISTRATORS,)) for name in (ADMINISTRATOR, HYPERVISOR)),
            *(site_account(site, password(ctx.paths, f"fl-{site}")) for site in SITES),
        ),
        host=str(ctx.config.vcenter_address),
        port=_PORT,
        supervisor_host=str(ctx.config.host),
        supervisor_port=_PORT,
    )


def password(paths: LabPaths, name: str) -> str:
    """Returns an account's password, made where it is missing; it is in a file of its own, mode 0600."""
    place = paths.vcenter / f"{name}.password"
    if not place.exists():
        write_secret(place, secrets.token_urlsafe(18).encode())
    return place.read_text()


def user(name: str) -> str:
    """Returns the name that an account logs in with."""
    return f"{name}@{DOMAIN}"
