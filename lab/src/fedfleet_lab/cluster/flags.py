"""Flags of etcd and the control plane's parts, wherever they run: on the host, or in a node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.config import API_PORT
from fedfleet_lab.vcenter.simulator import authority_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address
    from pathlib import Path

    from fedfleet_lab.cluster.identities import Identities
    from fedfleet_lab.cluster.pki import Pair
    from fedfleet_lab.config import NodeConfig

API_SERVER = "kube-apiserver"
CONTROLLER_MANAGER = "kube-controller-manager"
SCHEDULER = "kube-scheduler"
CLIENT_PORT, PEER_PORT = 2379, 2380
LOGIN_AUDIENCE = "fedfleet-lab"
_CONTROLLER_MANAGER_PORT = 10257
_SCHEDULER_PORT = 10259

Flags = dict[str, object]


@dataclass(frozen=True)
class Seat:
    """Where a control plane runs: on the host's bridge address, or in a node that is all its own."""

    address: IPv4Address
    node: NodeConfig | None = None

    @property
    def listen(self) -> str:
        """The address that its servers listen on; a node has no other guests."""
        return str(self.address) if self.node is None else "0.0.0.0"  # noqa: S104  in the node's own network namespace

    @property
    def etcd(self) -> str:
        """Its own etcd member."""
        return f"https://{self.address if self.node is None else '127.0.0.1'}:{CLIENT_PORT}"


@dataclass(frozen=True)
class EtcdMember:
    """One etcd member: its name, its address, and where its data are."""

    name: str
    address: IPv4Address
    folder: Path

    @property
    def peer(self) -> str:
        """Where it is to the others."""
        return f"https://{self.address}:{PEER_PORT}"

    @property
    def client(self) -> str:
        """Where it is to clients."""
        return f"https://{self.address}:{CLIENT_PORT}"


def etcd(member: EtcdMember, pair: Pair, authority: Path, others: Mapping[str, str]) -> Flags:
    """Returns an etcd member's flags; `others` are the peers' URLs by name that a member without data joins, none for the first of all."""
    cluster = {**others, member.name: member.peer}
    return {
        "name": member.name,
        "data-dir": member.folder,
        "listen-client-urls": member.client,
        "advertise-client-urls": member.client,
        "listen-peer-urls": member.peer,
        "initial-advertise-peer-urls": member.peer,
        "initial-cluster": ",".join(f"{name}={url}" for name, url in cluster.items()),
        "initial-cluster-state": "existing" if others else "new",
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
        # The host is not among what the lab switches off, and what a killed etcd has written is safe in its kernel, also
        # where a node lost power. Waiting for the disk would cost more than all the rest of etcd's work.
        "unsafe-no-fsync": "true",
    }


def api_server(identities: Identities, seat: Seat) -> Flags:
    """Returns the API server's flags."""
    config = identities.config
    serving, accounts = identities.api_server(seat.node), identities.service_accounts
    kubelet, proxy, etcd = identities.kubelet_client(), identities.front_proxy_client(), identities.etcd_client()
    authority = identities.cluster.pair.certificate
    flags: Flags = {
        "advertise-address": seat.address,
        "bind-address": seat.listen,
        "secure-port": API_PORT,
        "allow-privileged": "true",
        "authorization-mode": "Node,RBAC",
        "anonymous-auth": "false",
        "client-ca-file": authority,
        "tls-cert-file": serving.certificate,
        "tls-private-key-file": serving.key,
        "enable-admission-plugins": "NodeRestriction",
        "etcd-servers": seat.etcd,
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
        "service-cluster-ip-range": config.services,
    }
    if seat.node is None:
        # Webhooks are dialled at their pods: Services' addresses mean nothing to the host, where this server runs.
        flags["enable-aggregator-routing"] = "true"
    if config.vcenter:
        # Whoever logs in to the Supervisor shows a token that its login service has signed.
        flags |= {
            "oidc-issuer-url": config.login_service,
            "oidc-ca-file": authority_in(identities.paths.vcenter).pair.certificate,
            "oidc-client-id": LOGIN_AUDIENCE,
            "oidc-signing-algs": "ES256",
            "oidc-username-claim": "sub",
            "oidc-username-prefix": "-",
            "oidc-groups-claim": "groups",
        }
    return flags


def controller_manager(identities: Identities, seat: Seat) -> Flags:
    """Returns the controller manager's flags."""
    serving, authority = identities.component(CONTROLLER_MANAGER, seat.node), identities.cluster.pair
    return {
        **_server(identities, seat, CONTROLLER_MANAGER),
        "secure-port": _CONTROLLER_MANAGER_PORT,
        "tls-cert-file": serving.certificate,
        "tls-private-key-file": serving.key,
        # Nodes are created with their pod range, so that routes can be laid before they boot.
        "allocate-node-cidrs": "false",
        "cluster-cidr": identities.config.pods,
        "cluster-signing-cert-file": authority.certificate,
        "cluster-signing-key-file": authority.key,
        "root-ca-file": authority.certificate,
        "service-account-private-key-file": identities.service_accounts.key,
        "service-cluster-ip-range": identities.config.services,
        "use-service-account-credentials": "true",
    }


def scheduler(identities: Identities, seat: Seat) -> Flags:
    """Returns the scheduler's flags."""
    serving = identities.component(SCHEDULER, seat.node)
    return {
        **_server(identities, seat, SCHEDULER),
        "secure-port": _SCHEDULER_PORT,
        "tls-cert-file": serving.certificate,
        "tls-private-key-file": serving.key,
    }


def _server(identities: Identities, seat: Seat, component: str) -> Flags:
    kubeconfig = identities.control_plane(component, seat.node)
    return {
        "kubeconfig": kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "client-ca-file": identities.cluster.pair.certificate,
        "bind-address": seat.listen,
        **_election(seat),
    }


def _election(seat: Seat) -> Flags:
    if seat.node is None:
        # There is one of each; electing it would cost a write every two seconds.
        return {"leader-elect": "false"}
    # A control plane in a node may get company at any time: more replicas are asked for, or the next version takes over.
    return {
        "leader-elect": "true",
        "leader-elect-lease-duration": "10s",
        "leader-elect-renew-deadline": "8s",
        "leader-elect-retry-period": "3s",
    }


def argv(program: Path, flags: Flags) -> tuple[str, ...]:
    """Returns the command line of a program with flags."""
    return (str(program), *(f"--{flag}={value}" for flag, value in flags.items()))
