"""etcd: one member on the host's bridge address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.artefacts import KUBERNETES
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.host.ports import wait_for_port

if TYPE_CHECKING:
    from fedfleet_lab.context import Context

CLIENT_PORT = 2379
_PEER_PORT = 2380


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

    def crash(self, ctx: Context) -> None:
        """Ends etcd as a power cut does."""
        ctx.daemons.stop(self.name, grace=0)

    def status(self, ctx: Context) -> ActionStatus:
        """Says whether etcd runs."""
        running = ctx.daemons.running(self.name)
        return ActionStatus(self.name, running is not None, f"process {running.pid}" if running else "not running")

    def _daemon(self, ctx: Context) -> Daemon:
        identities = Identities(ctx.config, ctx.paths)
        pair, authority = identities.etcd_server(), identities.etcd.pair.certificate
        client = f"https://{ctx.config.host}:{CLIENT_PORT}"
        peer = f"https://{ctx.config.host}:{_PEER_PORT}"
        flags = {
            "name": ctx.config.name,
            "data-dir": ctx.paths.control_plane / "etcd",
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"{ctx.config.name}={peer}",
            "cert-file": pair.certificate,
            "key-file": pair.key,
            "trusted-ca-file": authority,
            "client-cert-auth": "true",
            "peer-cert-file": pair.certificate,
            "peer-key-file": pair.key,
            "peer-trusted-ca-file": authority,
            "peer-client-cert-auth": "true",
            "logger": "zap",
            "log-level": "warn",
            "auto-compaction-retention": "5m",
            # The host is not among what the lab switches off, and what a killed etcd has written is safe in the
            # kernel. Waiting for the disk would cost more than all the rest of etcd's work.
            "unsafe-no-fsync": "true",
        }
        program = str(ctx.artefacts.path(KUBERNETES) / "etcd")
        argv = (program, *(f"--{flag}={value}" for flag, value in flags.items()))
        return Daemon(self.name, argv, inputs=(pair.certificate, authority))
