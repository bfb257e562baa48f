"""etcd: one member on the host's bridge address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.artefacts import KUBERNETES
from fedfleet_lab.cluster.flags import CLIENT_PORT, EtcdMember, argv, etcd
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.host.ports import wait_for_port

if TYPE_CHECKING:
    from fedfleet_lab.context import Context


@dataclass(frozen=True)
class Etcd:
    """Keeps etcd running."""

    name: str = "etcd"
    title: str = "start etcd"

    def up(self, ctx: Context) -> None:
        """Starts etcd and waits until it accepts connections."""
        ctx.daemons.ensure(self._daemon(ctx))
        wait_for_port(ctx.daemons, self.name, str(ctx.config.host), CLIENT_PORT)

    def down(self, ctx: Context) -> None:
        """Stops etcd; its data are in the lab's folder."""
        ctx.daemons.stop(self.name)

    def status(self, ctx: Context) -> ActionStatus:
        """Says whether etcd runs."""
        running = ctx.daemons.running(self.name)
        return ActionStatus(self.name, running is not None, f"process {running.pid}" if running else "not running")

    def _daemon(self, ctx: Context) -> Daemon:
        identities = Identities(ctx.config, ctx.paths)
        pair, authority = identities.etcd_server(), identities.etcd.pair.certificate
        member = EtcdMember(ctx.config.name, ctx.config.host, ctx.paths.control_plane / "etcd")
        found = etcd(member, pair, authority, {})
        return Daemon(self.name, argv(ctx.artefacts.path(KUBERNETES) / "etcd", found), inputs=(pair.certificate, authority))
