"""Writes a node's settings: containerd, network plug-in, Felix, kube-proxy, kubelet."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from fedfleet_lab.artefacts import CALICO, KUBERNETES, kubernetes_of
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.config import REGISTRY_NAME
from fedfleet_lab.node import containerd, control_plane, kubernetes, pod_network, volumes
from fedfleet_lab.node.plan import CONTAINERD_SOCKET, BootPlan, Mount, Service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet_lab.config import LabConfig, NodeConfig
    from fedfleet_lab.context import Context
    from fedfleet_lab.paths import LabPaths

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
    pod_network.link_plugins(folder / "cni-bin", ctx.artefacts.path(CALICO) / "calico")
    containerd.write_registry_hosts(ctx.config, folder / "certs.d")
    (folder / "containerd.toml").write_text(containerd.settings(folder))
    (folder / "cni").mkdir(exist_ok=True)
    network = pod_network.network(node, identities.calico(node))
    (folder / "cni" / "10-lab.conflist").write_text(json.dumps(network, indent=1))
    authority = identities.cluster.pair.certificate
    kubelet = kubernetes.kubelet(ctx.config, node, authority, serving, folder / "resolv.conf")
    (folder / "kubelet.yaml").write_text(yaml.safe_dump(kubelet, sort_keys=False))
    proxy = kubernetes.kube_proxy(ctx.config, node, identities.kube_proxy(node))
    (folder / "kube-proxy.yaml").write_text(yaml.safe_dump(proxy, sort_keys=False))
    (folder / "hosts").write_text(_hosts(ctx.config))
    # No name server outside: the kubelet gives this to pods that ask for the node's own.
    (folder / "resolv.conf").write_text("")
    identities.kubelet(node)
    ctx.paths.node(node.name).grace.unlink(missing_ok=True)
    plan = folder / "boot.json"
    plan.write_text(_plan(ctx, node, folder, _first_mounts(ctx.paths, node)).dump())
    return plan


def _first_mounts(paths: LabPaths, node: NodeConfig) -> list[Mount]:
    """Writes the fstab of a node that boots for the first time; returns what that boot mounts beyond it, and no later one does."""
    fstab = paths.node(node.name).fstab
    if fstab.exists():
        return []
    sources = {volume: f"UUID={volumes.identity(node, volume)}" for volume in node.volumes}
    fstab.write_text(
        "".join(f"{source} {volume.mount_path} ext4 x-mount.mkdir 0 0\n" for volume, source in sources.items() if volume.remembered)
    )
    return [Mount(source, volume.mount_path) for volume, source in sources.items() if not volume.remembered]


def _plan(ctx: Context, node: NodeConfig, folder: Path, first_mounts: Sequence[Mount]) -> BootPlan:
    place = ctx.paths.node(node.name)
    programs, calico = ctx.artefacts.path(kubernetes_of(node.kubernetes)), ctx.artefacts.path(CALICO)
    persistent = {place.kubelet: "lib/kubelet", place.log: "log"}
    control = node in ctx.config.control_nodes
    if control:
        persistent[place.etcd] = control_plane.ETCD_FOLDER
    return BootPlan(
        hostname=node.name,
        keeps=(
            *_SYSTEM_FOLDERS,
            *(str(Path(prefix).resolve()) for prefix in (sys.prefix, sys.base_prefix, Path(__file__).parents[2])),
            *(
                str(folder)
                for folder in (programs, ctx.artefacts.path(KUBERNETES), calico, ctx.paths.shared, ctx.paths.templates, place.root)
            ),
        ),
        mounts=(
            Mount("tmpfs", "/run"),
            Mount("tmpfs", "/var"),
            *(Mount(str(source), f"/var/{target}") for source, target in persistent.items()),
            Mount(str(place.containerd), volumes.IMAGES, private=True),
            Mount(str(folder / "hosts"), "/etc/hosts"),
            Mount(str(place.fstab), "/etc/fstab"),
            *first_mounts,
            *(_tunables(folder)),
        ),
        files={"/var/tmp/.keep": "", "/var/lib/cni/.keep": "", "/var/lib/calico/nodename": node.name},  # noqa: S108
        grace=str(place.grace),
        services=(
            # All else needs an API server, which may be this one.
            *(control_plane.services(ctx, node) if control else ()),
            Service("containerd", ("containerd", "-c", str(folder / "containerd.toml")), ready=f"unix:{CONTAINERD_SOCKET}"),
            Service("kube-proxy", (str(programs / "kube-proxy"), f"--config={folder / 'kube-proxy.yaml'}")),
            # Pods must not start before policies are in force.
            Service("felix", (str(calico / "felix"),), pod_network.felix(node, folder), ready=pod_network.FELIX_READY),
            Service(
                "kubelet",
                (
                    str(programs / "kubelet"),
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


def _hosts(config: LabConfig) -> str:
    lines = ["127.0.0.1 localhost", f"{config.host} {REGISTRY_NAME.partition(':')[0]}"]
    return "\n".join([*lines, *(f"{node.address} {node.name}" for node in config.nodes)]) + "\n"
