"""Settings of the pods' network in a node: Calico's plug-in with host-local addresses, and Felix for the policies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.config import NodeConfig

# Where Debian and others put containernetworking-plugins.
_PLUGIN_PLACES = ("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni")
_PLUGINS = ("host-local", "loopback", "portmap")
FELIX_READY = "http://127.0.0.1:9099/readiness"


def link_plugins(folder: Path, calico: Path) -> None:
    """Makes `folder` hold a link to each plug-in that pods need.

    Raises:
        LabError: the machine has no network plug-ins.
    """
    folder.mkdir(exist_ok=True)
    place = plugin_folder()
    if place is None:
        raise LabError(
            "The machine has no network plug-ins",
            expected=f"{', '.join(_PLUGINS)} in one of {', '.join(_PLUGIN_PLACES)}",
            next_step="apt-get install containernetworking-plugins",
        )
    wanted = {name: f"{place}/{name}" for name in _PLUGINS}
    wanted["calico"] = str(calico)
    for name, target in wanted.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)


def plugin_folder() -> str | None:
    """Returns where the machine has the reference network plug-ins; None where it has not all that nodes need."""
    for place in _PLUGIN_PLACES:
        if all(os.access(f"{place}/{name}", os.X_OK) for name in _PLUGINS):
            return place
    return None


def network(node: NodeConfig, kubeconfig: Path) -> dict[str, object]:
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


def felix(node: NodeConfig, folder: Path) -> dict[str, str]:
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
