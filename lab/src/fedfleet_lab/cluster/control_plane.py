"""API server, controller manager and scheduler on the host's bridge address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.artefacts import KUBERNETES
from fedfleet_lab.cluster import flags
from fedfleet_lab.cluster.flags import API_SERVER, CONTROLLER_MANAGER, SCHEDULER, Seat
from fedfleet_lab.cluster.identities import ADMINISTRATORS, KUBELET_CLIENT, Identities
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.host.ports import wait_for
from fedfleet_lab.kubectl import Kubectl

if TYPE_CHECKING:
    from fedfleet_lab.context import Context

_ALL = (API_SERVER, CONTROLLER_MANAGER, SCHEDULER)


@dataclass(frozen=True)
class ControlPlane:
    """Keeps the control plane running, and its administrators' rights bound."""

    name: str = "control-plane"
    title: str = "start the control plane"

    def up(self, ctx: Context) -> None:
        """Starts what does not run and waits until the API server says that it is ready."""
        identities = Identities(ctx.config, ctx.paths)
        identities.administrator()
        bootstrap = Kubectl(ctx.artefacts, identities.bootstrap())
        seat = Seat(ctx.config.host)
        ctx.daemons.ensure(_api_server(ctx, identities, seat))
        wait_for(ctx.daemons, API_SERVER, bootstrap.ready, "that /readyz answers ok", timeout=120.0)
        bootstrap.apply(bindings())
        ctx.daemons.ensure(_controller_manager(ctx, identities, seat))
        ctx.daemons.ensure(_scheduler(ctx, identities, seat))

    def down(self, ctx: Context) -> None:
        """Stops the control plane, the API server last."""
        for name in reversed(_ALL):
            ctx.daemons.stop(name)

    def status(self, ctx: Context) -> ActionStatus:
        """Says which parts run."""
        running = {name: ctx.daemons.running(name) is not None for name in _ALL}
        stopped = ", ".join(name for name, runs in running.items() if not runs)
        detail = f"{stopped} not running" if stopped else ctx.config.api_server
        return ActionStatus(self.name, not stopped, detail, {"server": ctx.config.api_server, "running": running})


def _api_server(ctx: Context, identities: Identities, seat: Seat) -> Daemon:
    found = flags.api_server(identities, seat)
    read = ("tls-cert-file", "kubelet-client-certificate", "proxy-client-cert-file", "etcd-certfile", "client-ca-file")
    return _daemon(ctx, API_SERVER, found, read)


def _controller_manager(ctx: Context, identities: Identities, seat: Seat) -> Daemon:
    return _daemon(ctx, CONTROLLER_MANAGER, flags.controller_manager(identities, seat), ("kubeconfig", "tls-cert-file"))


def _scheduler(ctx: Context, identities: Identities, seat: Seat) -> Daemon:
    return _daemon(ctx, SCHEDULER, flags.scheduler(identities, seat), ("kubeconfig", "tls-cert-file"))


def _daemon(ctx: Context, name: str, found: flags.Flags, read: tuple[str, ...]) -> Daemon:
    """Returns a part as a daemon; `read` names the flags with files that it reads once."""
    inputs = tuple(Path(str(found[flag])) for flag in read)
    return Daemon(name, flags.argv(ctx.artefacts.path(KUBERNETES) / name, found), inputs=inputs)


def bindings() -> list[dict[str, object]]:
    """Returns what a new cluster's administrators may do, and that its API server may use kubelets' own API: logs, exec, port-forward."""
    return [_binding(ADMINISTRATORS, "Group", "cluster-admin"), _binding(KUBELET_CLIENT, "User", "system:kubelet-api-admin")]


def _binding(subject: str, kind: str, role: str) -> dict[str, object]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": subject},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": subject}],
    }
