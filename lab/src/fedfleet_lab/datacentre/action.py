"""The data centre as parts of the lab, in the order in which they come up."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.artefacts import VCENTER as VCENTER_PROGRAM
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.cluster.pki import write_secret
from fedfleet_lab.command import run
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.datacentre import release_library, releases
from fedfleet_lab.datacentre.cells import cells
from fedfleet_lab.datacentre.control_planes import healthy_members
from fedfleet_lab.datacentre.doors import Doors
from fedfleet_lab.datacentre.simulated import simulator
from fedfleet_lab.errors import LabError
from fedfleet_lab.host.ports import wait_for, wait_for_port
from fedfleet_lab.vcenter.simulator import PROGRAM, authority_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet_lab.context import Context

VCENTER = "vcenter"
CONTROLLER = "datacentre"
_PACKAGE = "fedfleet_lab.datacentre"


@dataclass(frozen=True)
class VCenter:
    """Keeps the simulated vCenter running, with the login service of its Supervisor."""

    name: str = VCENTER
    title: str = "start the simulated vCenter"

    def up(self, ctx: Context) -> None:
        """Gives the vCenter its address and starts it."""
        vcenter = simulator(ctx)
        run(["ip", "address", "replace", f"{vcenter.host}/{ctx.config.machines.prefixlen}", "dev", ctx.config.bridge])
        ctx.daemons.ensure(vcenter.daemon(VCENTER, ctx.artefacts.path(VCENTER_PROGRAM) / PROGRAM))
        # What whoever logs in has to know.
        write_secret(vcenter.folder / "address", vcenter.host.encode())
        write_secret(vcenter.folder / "authorities.pem", _authorities(ctx))
        wait_for_port(ctx.daemons, VCENTER, vcenter.host, vcenter.port)
        wait_for_port(ctx.daemons, VCENTER, vcenter.supervisor_host, vcenter.supervisor_port)

    def down(self, ctx: Context) -> None:
        """Stops the vCenter; its address goes with the bridge."""
        ctx.daemons.stop(VCENTER)

    def status(self, ctx: Context) -> ActionStatus:
        """Says whether it runs, and where."""
        running = ctx.daemons.running(VCENTER) is not None
        detail = f"{ctx.config.vcenter_address} (simulated)" if running else "not running"
        facts = {"address": str(ctx.config.vcenter_address), "folder": str(ctx.paths.vcenter), "simulated": True}
        return ActionStatus(self.name, running, detail, facts)


def _authorities(ctx: Context) -> bytes:
    """Returns in PEM who vouches for the vCenter and the login service, and who for the Supervisor's API."""
    known = (authority_in(ctx.paths.vcenter), Identities(ctx.config, ctx.paths).cluster)
    return b"".join(authority.pair.certificate.read_bytes() for authority in known)


@dataclass(frozen=True)
class Clusters:
    """Keeps the controller at work that turns Clusters into VMs, and VMs into nodes."""

    take_down: Callable[[Context], None]
    name: str = CONTROLLER
    title: str = "start what plays VKS and vSphere HA"

    def up(self, ctx: Context) -> None:
        """Starts the controller, has the vCenter know that the Supervisor is well and where its API is, and waits for releases."""
        doors = Doors.of(simulator(ctx))
        doors.announce(str(ctx.config.host))
        release_library.provide(ctx)
        argv = (sys.executable, "-m", _PACKAGE, f"--lab={ctx.config.name}")
        cache = {"XDG_CACHE_HOME": str(ctx.paths.cache.parent)}
        # Another version of the program is another controller.
        sources = tuple(sorted(Path(__file__).parents[1].rglob("*.py")))
        ctx.daemons.ensure(Daemon(self.name, argv, cache, inputs=sources))
        expected = set(releases.names(doors.wishes().items))
        wait_for(ctx.daemons, self.name, lambda: expected <= _published(ctx), "the releases of the content library")

    def down(self, ctx: Context) -> None:
        """Stops the controller, then takes every cell down.

        Raises:
            LabError: a cell could not be taken down; the others have been.
        """
        ctx.daemons.stop(self.name)
        failures = []
        for cell in cells(ctx):
            try:
                self.take_down(cell)
            except LabError as error:
                failures.append(str(error))
        if failures:
            raise LabError("Clusters are not quite down", found="; ".join(failures))

    def status(self, ctx: Context) -> ActionStatus:
        """Says whether the controller runs, which cells there are, and how many members of their etcd are healthy."""
        running = ctx.daemons.running(self.name) is not None
        found = cells(ctx)
        nodes = {cell.config.name: [node.name for node in cell.config.nodes] for cell in found}
        etcd = {cell.config.name: {"members": len(cell.config.control_planes), "healthy": len(healthy_members(cell))} for cell in found}
        words = [
            f"{name}: {len(names)} nodes, etcd {etcd[name]['healthy']} of {etcd[name]['members']} healthy" for name, names in nodes.items()
        ]
        detail = ", ".join(words or ["no clusters yet"]) if running else "not running"
        return ActionStatus(self.name, running, detail, {"cells": nodes, "etcd": etcd})


def _published(ctx: Context) -> set[str]:
    """Returns the names of the releases that say of themselves how they are."""
    listing = ctx.kubectl.get("tanzukubernetesreleases") or {"items": []}
    return {item["metadata"]["name"] for item in listing["items"] if "status" in item}
