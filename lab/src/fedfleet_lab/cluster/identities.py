"""Who may do what in the cluster: the certificates that its parts and its administrator show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.cluster import kubeconfig
from fedfleet_lab.cluster.pki import Authority, Leaf, Pair, signing_key
from fedfleet_lab.config import CLUSTER_DOMAIN

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.config import LabConfig, NodeConfig
    from fedfleet_lab.paths import LabPaths

ADMINISTRATORS = "fedfleet-lab:cluster-admins"
CALICO_NODES = "fedfleet-lab:calico-nodes"
KUBELET_CLIENT = "kube-apiserver-kubelet-client"


@dataclass(frozen=True)
class Identities:
    """All certificates of a lab. Three authorities, as kubeadm has them: cluster, etcd, and the aggregator's."""

    config: LabConfig
    paths: LabPaths

    @property
    def cluster(self) -> Authority:
        """Signs whoever talks to the API server or serves in its name."""
        return Authority(self.paths.pki / "cluster", f"{self.config.name}-cluster")

    @property
    def etcd(self) -> Authority:
        """Signs etcd and its one client."""
        return Authority(self.paths.pki / "etcd", f"{self.config.name}-etcd")

    @property
    def front_proxy(self) -> Authority:
        """Signs the API server when it passes requests on to aggregated servers."""
        return Authority(self.paths.pki / "front-proxy", f"{self.config.name}-front-proxy")

    @property
    def service_accounts(self) -> Pair:
        """The key pair of service-account tokens."""
        return signing_key(self.paths.pki / "cluster", "service-accounts")

    def api_server(self, node: NodeConfig | None = None) -> Pair:
        """What the API server serves with: on the host, or in a node, where it also goes by the address before all API servers."""
        names = (
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            f"kubernetes.default.svc.{CLUSTER_DOMAIN}",
            "localhost",
            str(self.config.host),
            str(self.config.kubernetes_service),
            *_own_names(node),
        )
        leaf = Leaf("kube-apiserver", (), names, server=True, client=False)
        return self.cluster.issue("kube-apiserver", leaf, self._folder(node))

    def component(self, name: str, node: NodeConfig | None = None) -> Pair:
        """What a part of the control plane serves with, on the host's address or in a node."""
        names = ("localhost", *(_own_names(node) or (str(self.config.host),)))
        return self.cluster.issue(f"{name}-serving", Leaf(name, (), names, server=True, client=False), self._folder(node))

    def readiness(self) -> Pair:
        """What is shown to an API server to hear whether it is ready, which anybody may ask whom it knows."""
        return self.cluster.issue("readiness", Leaf("fedfleet-lab:readiness"))

    def kubelet_client(self) -> Pair:
        """What the API server shows to kubelets."""
        return self.cluster.issue(KUBELET_CLIENT, Leaf(KUBELET_CLIENT))

    def front_proxy_client(self) -> Pair:
        """What the API server shows to aggregated servers."""
        return self.front_proxy.issue("front-proxy-client", Leaf("front-proxy-client"))

    def etcd_server(self) -> Pair:
        """What etcd serves with, to clients and to itself."""
        names = ("localhost", str(self.config.host))
        return self.etcd.issue("server", Leaf("etcd", (), names, server=True))

    def etcd_member(self, node: NodeConfig) -> Pair:
        """What a node's etcd member serves with, and shows to the other members."""
        leaf = Leaf(node.name, (), ("localhost", *_own_names(node)), server=True)
        return self.etcd.issue("etcd-member", leaf, self._folder(node))

    def etcd_client(self) -> Pair:
        """What the API server shows to etcd."""
        return self.etcd.issue("client", Leaf("kube-apiserver"))

    def administrator(self) -> Path:
        """Returns the user's kubeconfig; its group is bound to `cluster-admin` and can be unbound."""
        leaf = Leaf("administrator", (ADMINISTRATORS,))
        return self._kubeconfig(self.paths.kubeconfig, "administrator", leaf)

    def bootstrap(self) -> Path:
        """Returns the kubeconfig of the lab itself, which makes the administrators' binding; RBAC cannot lock it out."""
        leaf = Leaf("fedfleet-lab", ("system:masters",))
        return self._kubeconfig(self.paths.pki / "bootstrap.kubeconfig", "bootstrap", leaf)

    def control_plane(self, component: str, node: NodeConfig | None = None) -> Path:
        """Returns the kubeconfig of a part of the control plane, under the name its default roles are bound to.

        In a node it leads to the node's own API server, as kubeadm has it.
        """
        leaf = Leaf(f"system:{component}")
        if node is None:
            return self._kubeconfig(self.paths.control_plane / f"{component}.kubeconfig", component, leaf)
        folder = self.paths.node(node.name).config
        return self._kubeconfig(folder / f"{component}.kubeconfig", component, leaf, folder, node.api_server)

    def service(self, name: str) -> Path:
        """Returns the kubeconfig of a service on the host, known as `fedfleet-lab:NAME`; its own roles say what it may."""
        return self._kubeconfig(self.paths.pki / f"{name}.kubeconfig", name, Leaf(f"fedfleet-lab:{name}"))

    def kubelet(self, node: NodeConfig) -> Path:
        """Returns a kubelet's kubeconfig; the node authorizer and NodeRestriction keep it to its own node."""
        return self._node_kubeconfig(node, "kubelet", Leaf(f"system:node:{node.name}", ("system:nodes",)))

    def kubelet_serving(self, node: NodeConfig) -> Pair:
        """What a kubelet serves with."""
        leaf = Leaf(f"system:node:{node.name}", ("system:nodes",), (node.name, str(node.address)), server=True)
        return self.cluster.issue("kubelet-serving", leaf, self.paths.node(node.name).config)

    def kube_proxy(self, node: NodeConfig) -> Path:
        """Returns kube-proxy's kubeconfig on a node."""
        return self._node_kubeconfig(node, "kube-proxy", Leaf("system:kube-proxy"))

    def calico(self, node: NodeConfig) -> Path:
        """Returns the kubeconfig of Felix and the network plug-in on a node."""
        return self._node_kubeconfig(node, "calico", Leaf(f"calico-node:{node.name}", (CALICO_NODES,)))

    def _node_kubeconfig(self, node: NodeConfig, name: str, leaf: Leaf) -> Path:
        folder = self.paths.node(node.name).config
        return self._kubeconfig(folder / f"{name}.kubeconfig", name, leaf, folder)

    def _folder(self, node: NodeConfig | None) -> Path | None:
        return None if node is None else self.paths.node(node.name).config

    def _kubeconfig(self, path: Path, name: str, leaf: Leaf, folder: Path | None = None, server: str = "") -> Path:
        pair = self.cluster.issue(f"{name}-client", leaf, folder)
        context = f"fedfleet-{self.config.name}"
        authority = self.cluster.pair.certificate
        kubeconfig.write(path, kubeconfig.render(context, server or self.config.api_server, authority, leaf.common_name, pair))
        return path


def _own_names(node: NodeConfig | None) -> tuple[str, ...]:
    return () if node is None else ("127.0.0.1", node.name, str(node.address))
