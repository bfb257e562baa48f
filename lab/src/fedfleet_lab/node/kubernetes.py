"""Settings of the kubelet and kube-proxy in a node."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fedfleet_lab.config import CLUSTER_DOMAIN
from fedfleet_lab.host.cgroups import node_group
from fedfleet_lab.node.plan import CONTAINERD_SOCKET

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.cluster.pki import Pair
    from fedfleet_lab.config import LabConfig, NodeConfig


def kubelet(config: LabConfig, node: NodeConfig, authority: Path, serving: Pair, names: Path) -> dict[str, object]:
    """Returns the kubelet's settings (kubelet.config.k8s.io/v1beta1)."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority)},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(serving.certificate),
        "tlsPrivateKeyFile": str(serving.key),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": node_group(config.name, node.name),
        "clusterDNS": [str(config.dns_service)],
        "clusterDomain": CLUSTER_DOMAIN,
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        # The disk below is the machine's: the lab's preflight looks after it.
        "evictionHard": {"nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi"},
        "imageGCHighThresholdPercent": 100,
        # All nodes have the machine's memory; the scheduler is told of each one's share.
        "systemReserved": {"memory": str(reserved_memory(machine_memory(), config.node_count))},
        "enforceNodeAllocatable": [],
        "localStorageCapacityIsolation": False,
        "failSwapOn": False,
        "registerNode": True,
        "resolvConf": str(names),
        "serializeImagePulls": False,
        "maxParallelImagePulls": 3,
        "volumePluginDir": "/var/lib/kubelet/volume-plugins",
        # A kubelet that has lost its API server for a while is to be noticed soon in drills.
        "nodeStatusUpdateFrequency": "5s",
    }


def machine_memory() -> int:
    """Returns the machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def reserved_memory(machine: int, nodes: int) -> int:
    """Returns the bytes that a node keeps off the scheduler, so that all nodes together offer what the machine has."""
    return machine - machine // nodes


def kube_proxy(config: LabConfig, node: NodeConfig, kubeconfig: Path) -> dict[str, object]:
    """Returns kube-proxy's settings (kubeproxy.config.k8s.io/v1alpha1)."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "hostnameOverride": node.name,
        "mode": "iptables",
        "clusterCIDR": str(config.pods),
        # These belong to the machine, not to a network namespace.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }
