"""Writes a node's settings: containerd, network plug-in, Felix, kube-proxy, kubelet."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from fedfleet_lab.artefacts import CALICO, KUBERNETES
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.config import CLUSTER_DOMAIN, REGISTRY_NAME
from fedfleet_lab.errors import LabError
from fedfleet_lab.host.cgroups import node_group
from fedfleet_lab.node.plan import CONTAINERD_SOCKET, BootPlan, Mount, Service

if TYPE_CHECKING:
    from fedfleet_lab.cluster.pki import Pair
    from fedfleet_lab.config import LabConfig, NodeConfig
    from fedfleet_lab.context import Context

# Where Debian and others put containernetworking-plugins.
_PLUGIN_PLACES = ("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni")
_PLUGINS = ("host-local", "loopback", "portmap")
PAUSE_IMAGE = f"{REGISTRY_NAME}/fedfleet/pause:1.0"
FELIX_READY = "http://127.0.0.1:9099/readiness"

# What the node has of the machine it runs on: its programs, devices and kernel interfaces.
_SYSTEM_FOLDERS = ("/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr")

# The kubelet sets these for the whole machine unless they already read so; the node is shown that they do.
# (pkg/kubelet/cm/container_manager_linux.go, setupKernelTunables)
_TUNABLES = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


def write(ctx: Context, node: NodeConfig) -> Path:
    """Writes all settings and credentials of a node anew and returns where its boot plan is.

    Raises:
        LabError: the machine has no network plug-ins.
    """
    folder = ctx.paths.node(node.name).config
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    identities = Identities(ctx.config, ctx.paths)
    serving = identities.kubelet_serving(node)
    _link_plugins(folder / "cni-bin", ctx)
    certs = folder / "certs.d" / REGISTRY_NAME
    certs.mkdir(parents=True, exist_ok=True)
    (certs / "hosts.toml").write_text(_registry_hosts(ctx.config))
    (folder / "containerd.toml").write_text(_containerd(folder))
    (folder / "cni").mkdir(exist_ok=True)
    network = _network(node, identities.calico(node))
    (folder / "cni" / "10-lab.conflist").write_text(json.dumps(network, indent=1))
    kubelet = _kubelet(ctx.config, node, identities.cluster.pair.certificate, serving, folder / "resolv.conf")
    (folder / "kubelet.yaml").write_text(yaml.safe_dump(kubelet, sort_keys=False))
    proxy = _kube_proxy(ctx.config, node, identities.kube_proxy(node))
    (folder / "kube-proxy.yaml").write_text(yaml.safe_dump(proxy, sort_keys=False))
    (folder / "hosts").write_text(_hosts(ctx.config))
    # No name server outside: the kubelet gives this to pods that ask for the node's own.
    (folder / "resolv.conf").write_text("")
    identities.kubelet(node)
    plan = folder / "boot.json"
    plan.write_text(_plan(ctx, node, folder).dump())
    return plan


def _plan(ctx: Context, node: NodeConfig, folder: Path) -> BootPlan:
    disk = ctx.paths.node(node.name).disk
    kubernetes, calico = ctx.artefacts.path(KUBERNETES), ctx.artefacts.path(CALICO)
    persistent = {"containerd": "lib/containerd", "kubelet": "lib/kubelet", "log": "log"}
    for name in persistent:
        (disk / name).mkdir(parents=True, exist_ok=True)
    return BootPlan(
        hostname=node.name,
        keeps=(
            *_SYSTEM_FOLDERS,
            *(str(Path(prefix).resolve()) for prefix in (sys.prefix, sys.base_prefix, Path(__file__).parents[2])),
            *(str(place) for place in (kubernetes, calico, ctx.paths.shared, folder, disk)),
        ),
        mounts=(
            Mount("tmpfs", "/run"),
            Mount("tmpfs", "/var"),
            *(Mount(str(disk / name), f"/var/{place}") for name, place in persistent.items()),
            Mount(str(folder / "hosts"), "/etc/hosts"),
            *(_tunables(folder)),
        ),
        files={"/var/tmp/.keep": "", "/var/lib/cni/.keep": "", "/var/lib/calico/nodename": node.name},  # noqa: S108
        services=(
            Service("containerd", ("containerd", "-c", str(folder / "containerd.toml")), ready=f"unix:{CONTAINERD_SOCKET}"),
            Service("kube-proxy", (str(kubernetes / "kube-proxy"), f"--config={folder / 'kube-proxy.yaml'}")),
            # Pods must not start before policies are in force.
            Service("felix", (str(calico / "felix"),), _felix(node, folder), ready=FELIX_READY),
            Service(
                "kubelet",
                (
                    str(kubernetes / "kubelet"),
                    f"--config={folder / 'kubelet.yaml'}",
                    f"--kubeconfig={folder / 'kubelet.kubeconfig'}",
                    "--root-dir=/var/lib/kubelet",
                    f"--hostname-override={node.name}",
                    f"--node-ip={node.address}",
                ),
            ),
        ),
    )


def _tunables(folder: Path) -> list[Mount]:
    mounts = []
    for name, value in _TUNABLES.items():
        if Path(f"/proc/sys/{name}").exists():
            shown = folder / "tunables" / name.replace("/", ".")
            shown.parent.mkdir(exist_ok=True)
            shown.write_text(f"{value}\n")
            mounts.append(Mount(str(shown), f"/proc/sys/{name}"))
    return mounts


def _link_plugins(folder: Path, ctx: Context) -> None:
    folder.mkdir(exist_ok=True)
    place = plugin_folder()
    if place is None:
        raise LabError(
            "The machine has no network plug-ins",
            expected=f"{', '.join(_PLUGINS)} in one of {', '.join(_PLUGIN_PLACES)}",
            next_step="apt-get install containernetworking-plugins",
        )
    wanted = {name: f"{place}/{name}" for name in _PLUGINS}
    wanted["calico"] = str(ctx.artefacts.path(CALICO) / "calico")
    for name, target in wanted.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)


def plugin_folder() -> str | None:
    """Returns where the machine has the reference network plug-ins; None where it has not all that nodes need."""
    for place in _PLUGIN_PLACES:
        if all(os.access(f"{place}/{name}", os.X_OK) for name in _PLUGINS):
            return place
    return None


def _registry_hosts(config: LabConfig) -> str:
    """Returns where containerd finds the lab's registry (its `hosts.toml`)."""
    url = f"http://{config.registry}"
    return f'server = "{url}"\n\n[host."{url}"]\n  capabilities = ["pull", "resolve"]\n'


def _containerd(folder: Path) -> str:
    """Returns containerd's settings (config version 2, containerd 1.6)."""
    return f"""\
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
  address = "{CONTAINERD_SOCKET}"

[plugins."io.containerd.grpc.v1.cri"]
  # A machine that is itself a container may not lower scores, and has no AppArmor.
  restrict_oom_score_adj = true
  disable_apparmor = {"false" if Path("/sys/module/apparmor/parameters/enabled").exists() else "true"}
  sandbox_image = "{PAUSE_IMAGE}"
  max_concurrent_downloads = 3

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{folder}/certs.d"

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{folder}/cni-bin"
    conf_dir = "{folder}/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    # Layers are never pushed on from a node: once unpacked, the packed ones only take room.
    discard_unpacked_layers = true

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
"""


def _network(node: NodeConfig, kubeconfig: Path) -> dict[str, object]:
    """Returns the pods' network (CNI specification 0.4.0; Calico's plug-in with host-local addresses)."""
    calico = {
        "type": "calico",
        "log_level": "warning",
        "log_file_path": "/var/log/calico-cni.log",
        "datastore_type": "kubernetes",
        "nodename": node.name,
        "nodename_file_optional": True,
        "mtu": 1500,
        "ipam": {
            "type": "host-local",
            # In the node's memory: with the power goes every pod, and with it every lease.
            "dataDir": "/run/cni-leases",
            "ranges": [[{"subnet": str(node.pods)}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
        "policy": {"type": "k8s"},
        "kubernetes": {"kubeconfig": str(kubeconfig)},
    }
    ports = {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}}
    return {"cniVersion": "0.4.0", "name": "k8s-pod-network", "plugins": [calico, ports]}


def _felix(node: NodeConfig, folder: Path) -> dict[str, str]:
    """Returns Felix's environment (felix/config/config_params.go of v3.28)."""
    settings = {
        "BPFENABLED": "false",
        "AWSSRCDSTCHECK": "DoNothing",
        "DEFAULTENDPOINTTOHOSTACTION": "Accept",
        "FELIXHOSTNAME": node.name,
        "FLOATINGIPS": "Disabled",
        "HEALTHENABLED": "true",
        "HEALTHHOST": "127.0.0.1",
        "INTERFACEPREFIX": "cali",
        "IPINIPENABLED": "false",
        "IPTABLESBACKEND": "nft",
        "IPV6SUPPORT": "false",
        "LOGFILEPATH": "none",
        "LOGSEVERITYFILE": "none",
        "LOGSEVERITYSYS": "none",
        "USAGEREPORTINGENABLED": "false",
        "USEINTERNALDATAPLANEDRIVER": "true",
        "VXLANENABLED": "false",
        "WIREGUARDENABLED": "false",
        "XDPENABLED": "false",
    }
    return {f"FELIX_{name}": value for name, value in settings.items()} | {
        "DATASTORE_TYPE": "kubernetes",
        "FELIX_DATASTORETYPE": "kubernetes",
        "KUBECONFIG": str(folder / "calico.kubeconfig"),
    }


def _kube_proxy(config: LabConfig, node: NodeConfig, kubeconfig: Path) -> dict[str, object]:
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


def _kubelet(config: LabConfig, node: NodeConfig, authority: Path, serving: Pair, names: Path) -> dict[str, object]:
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


def _hosts(config: LabConfig) -> str:
    lines = ["127.0.0.1 localhost", f"{config.host} {REGISTRY_NAME.partition(':')[0]}"]
    return "\n".join([*lines, *(f"{node.address} {node.name}" for node in config.nodes)]) + "\n"
