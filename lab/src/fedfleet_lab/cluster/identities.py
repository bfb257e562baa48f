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

    def api_server(self) -> Pair:
        """What the API server serves with."""
        names = (
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            f"kubernetes.default.svc.{CLUSTER_DOMAIN}",
            "localhost",
            str(self.config.host),
            str(self.config.kubernetes_service),
        )
        return self.cluster.issue("kube-apiserver", Leaf("kube-apiserver", (), names, server=True, client=False))

    def component(self, name: str) -> Pair:
        """What a part of the control plane serves with on the host's address."""
        leaf = Leaf(name, (), ("localhost", str(self.config.host)), server=True, client=False)
        return self.cluster.issue(f"{name}-serving", leaf)

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

    def control_plane(self, component: str) -> Path:
        """Returns the kubeconfig of a part of the control plane, under the name its default roles are bound to."""
        path = self.paths.control_plane / f"{component}.kubeconfig"
        return self._kubeconfig(path, component, Leaf(f"system:{component}"))

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

    def _kubeconfig(self, path: Path, name: str, leaf: Leaf, folder: Path | None = None) -> Path:
        pair = self.cluster.issue(f"{name}-client", leaf, folder)
        context = f"fedfleet-{self.config.name}"
        authority = self.cluster.pair.certificate
        kubeconfig.write(path, kubeconfig.render(context, self.config.api_server, authority, leaf.common_name, pair))
        return path
