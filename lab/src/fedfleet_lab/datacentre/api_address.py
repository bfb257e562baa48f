"""The one address before a cluster's API servers: HAProxy here, where an estate has NSX, Avi (NSX Advanced Load Balancer) or HAProxy itself.

It passes connections on to control planes whose /readyz is good, and ends those to one that no longer is.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.cluster.pki import write_secret
from fedfleet_lab.config import API_PORT
from fedfleet_lab.daemons import Daemon

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.config import LabConfig
    from fedfleet_lab.context import Context

NAME = "api-load-balancer"
_PROGRAM = "haproxy"


@dataclass(frozen=True)
class ApiAddress:
    """Keeps the load balancer before the API servers of a cell running."""

    name: str = NAME
    title: str = "open the API's address"

    def up(self, ctx: Context) -> None:
        """Starts it, or has it take note of other control planes without closing its door; costs nothing where neither is needed."""
        place = ctx.paths.control_plane / "haproxy.cfg"
        text = settings(ctx.config, ctx.paths.pki / "cluster" / "ca.crt", ctx.paths.control_plane / "haproxy.pem")
        running = ctx.daemons.running(NAME)
        if running is not None and place.exists() and place.read_text() == text:
            return
        identities = Identities(ctx.config, ctx.paths)
        pair = identities.readiness()
        write_secret(ctx.paths.control_plane / "haproxy.pem", pair.certificate.read_bytes() + pair.key.read_bytes())
        place.write_text(text)
        started = ctx.daemons.ensure(Daemon(NAME, (_PROGRAM, "-W", "-f", str(place))))
        if not started and running is not None:
            running.signal(signal.SIGUSR2)

    def down(self, ctx: Context) -> None:
        """Stops it."""
        ctx.daemons.stop(NAME)

    def status(self, ctx: Context) -> ActionStatus:
        """Says whether it runs."""
        running = ctx.daemons.running(NAME) is not None
        return ActionStatus(self.name, running, ctx.config.api_server if running else "not running")


def settings(config: LabConfig, authority: Path, client: Path) -> str:
    """Returns HAProxy's settings (version 2.6) for the control planes that a cell has.

    A node without power does not answer a connection within half a second, and is dropped after two such; an API server that is slow has
    longer. Watches are silent for minutes, so that connections may be.
    """
    servers = [f"  server {node.name} {node.address}:{API_PORT}" for node in config.control_nodes]
    return "\n".join([_SETTINGS.format(address=f"{config.host}:{API_PORT}", authority=authority, client=client), *servers, ""])


_SETTINGS = """\
global
  maxconn 4000
  nbthread 1
  # What an earlier set of control planes left open ends soon after a new one is known.
  hard-stop-after 5s

defaults
  mode tcp
  timeout connect 500ms
  timeout check 3s
  timeout client 1h
  timeout server 1h
  retries 3
  option redispatch 1

frontend api
  bind {address}
  default_backend control-planes

backend control-planes
  balance leastconn
  option httpchk GET /readyz
  http-check expect status 200
  default-server check check-ssl verify required ca-file {authority} crt {client} inter 500ms fastinter 250ms downinter 500ms
  default-server fall 2 rise 1 on-marked-down shutdown-sessions observe layer4 error-limit 2 on-error mark-down"""
