"""API server, controller manager and scheduler on the host's bridge address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.artefacts import KUBERNETES
from fedfleet_lab.cluster.etcd import CLIENT_PORT as ETCD_PORT
from fedfleet_lab.cluster.identities import ADMINISTRATORS, KUBELET_CLIENT, Identities
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.host.ports import wait_for
from fedfleet_lab.kubectl import Kubectl
from fedfleet_lab.vcenter.simulator import authority_in

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.context import Context

API_SERVER = "kube-apiserver"
CONTROLLER_MANAGER = "kube-controller-manager"
SCHEDULER = "kube-scheduler"
_ALL = (API_SERVER, CONTROLLER_MANAGER, SCHEDULER)
LOGIN_AUDIENCE = "fedfleet-lab"
_CONTROLLER_MANAGER_PORT = 10257
_SCHEDULER_PORT = 10259


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
        ctx.daemons.ensure(_api_server(ctx, identities))
        wait_for(ctx.daemons, API_SERVER, bootstrap.ready, "that /readyz answers ok", timeout=120.0)
        bootstrap.apply([_binding(ADMINISTRATORS, "Group", "cluster-admin"), _kubelet_api_binding()])
        ctx.daemons.ensure(_controller_manager(ctx, identities))
        ctx.daemons.ensure(_scheduler(ctx, identities))

    def down(self, ctx: Context) -> None:
        """Stops the control plane, the API server last."""
        for name in reversed(_ALL):
            ctx.daemons.stop(name)

    def crash(self, ctx: Context) -> None:
        """Ends the control plane as a power cut does."""
        for name in _ALL:
            ctx.daemons.stop(name, grace=0)

    def status(self, ctx: Context) -> ActionStatus:
        """Says which parts run."""
        running = {name: ctx.daemons.running(name) is not None for name in _ALL}
        stopped = ", ".join(name for name, runs in running.items() if not runs)
        detail = f"{stopped} not running" if stopped else ctx.config.api_server
        return ActionStatus(self.name, not stopped, detail, {"server": ctx.config.api_server, "running": running})


def _api_server(ctx: Context, identities: Identities) -> Daemon:
    serving, accounts = identities.api_server(), identities.service_accounts
    kubelet, proxy, etcd = identities.kubelet_client(), identities.front_proxy_client(), identities.etcd_client()
    authority = identities.cluster.pair.certificate
    flags = {
        "advertise-address": ctx.config.host,
        "bind-address": ctx.config.host,
        "secure-port": 6443,
        "allow-privileged": "true",
        "authorization-mode": "Node,RBAC",
        "anonymous-auth": "false",
        "client-ca-file": authority,
        "tls-cert-file": serving.certificate,
        "tls-private-key-file": serving.key,
        "enable-admission-plugins": "NodeRestriction",
        # Webhooks are dialled at their pods: Services' addresses mean nothing to the host, where this server runs.
        "enable-aggregator-routing": "true",
        "etcd-servers": f"https://{ctx.config.host}:{ETCD_PORT}",
        "etcd-cafile": identities.etcd.pair.certificate,
        "etcd-certfile": etcd.certificate,
        "etcd-keyfile": etcd.key,
        "kubelet-certificate-authority": authority,
        "kubelet-client-certificate": kubelet.certificate,
        "kubelet-client-key": kubelet.key,
        "kubelet-preferred-address-types": "InternalIP",
        "proxy-client-cert-file": proxy.certificate,
        "proxy-client-key-file": proxy.key,
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-client-ca-file": identities.front_proxy.pair.certificate,
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-username-headers": "X-Remote-User",
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-key-file": accounts.certificate,
        "service-account-signing-key-file": accounts.key,
        "service-cluster-ip-range": ctx.config.services,
    }
    if ctx.config.vcenter:
        # Whoever logs in to the Supervisor shows a token that its login service has signed.
        flags |= {
            "oidc-issuer-url": ctx.config.login_service,
            "oidc-ca-file": authority_in(ctx.paths.vcenter).pair.certificate,
            "oidc-client-id": LOGIN_AUDIENCE,
            "oidc-signing-algs": "ES256",
            "oidc-username-claim": "sub",
            "oidc-username-prefix": "-",
            "oidc-groups-claim": "groups",
        }
    inputs = (serving.certificate, kubelet.certificate, proxy.certificate, etcd.certificate, authority)
    return _daemon(ctx, API_SERVER, flags, inputs)


def _controller_manager(ctx: Context, identities: Identities) -> Daemon:
    kubeconfig, serving = identities.control_plane(CONTROLLER_MANAGER), identities.component(CONTROLLER_MANAGER)
    authority = identities.cluster.pair
    flags = {
        **_server_flags(ctx, identities, kubeconfig),
        "secure-port": _CONTROLLER_MANAGER_PORT,
        "tls-cert-file": serving.certificate,
        "tls-private-key-file": serving.key,
        # Nodes are created with their pod range, so that routes can be laid before they boot.
        "allocate-node-cidrs": "false",
        "cluster-cidr": ctx.config.pods,
        "cluster-signing-cert-file": authority.certificate,
        "cluster-signing-key-file": authority.key,
        "root-ca-file": authority.certificate,
        "service-account-private-key-file": identities.service_accounts.key,
        "service-cluster-ip-range": ctx.config.services,
        "use-service-account-credentials": "true",
    }
    return _daemon(ctx, CONTROLLER_MANAGER, flags, (kubeconfig, serving.certificate))


def _scheduler(ctx: Context, identities: Identities) -> Daemon:
    kubeconfig, serving = identities.control_plane(SCHEDULER), identities.component(SCHEDULER)
    flags = {
        **_server_flags(ctx, identities, kubeconfig),
        "secure-port": _SCHEDULER_PORT,
        "tls-cert-file": serving.certificate,
        "tls-private-key-file": serving.key,
    }
    return _daemon(ctx, SCHEDULER, flags, (kubeconfig, serving.certificate))


def _server_flags(ctx: Context, identities: Identities, kubeconfig: Path) -> dict[str, object]:
    return {
        "kubeconfig": kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "client-ca-file": identities.cluster.pair.certificate,
        "bind-address": ctx.config.host,
        # There is one of each; electing it would cost a write every two seconds.
        "leader-elect": "false",
    }


def _daemon(ctx: Context, name: str, flags: dict[str, object], inputs: tuple[Path, ...]) -> Daemon:
    program = str(ctx.artefacts.path(KUBERNETES) / name)
    return Daemon(name, (program, *(f"--{flag}={value}" for flag, value in flags.items())), inputs=inputs)


def _binding(subject: str, kind: str, role: str) -> dict[str, object]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": subject},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": subject}],
    }


def _kubelet_api_binding() -> dict[str, object]:
    """Lets the API server use kubelets' own API: logs, exec, port-forward."""
    return _binding(KUBELET_CLIENT, "User", "system:kubelet-api-admin")
