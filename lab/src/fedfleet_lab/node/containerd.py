"""Settings of containerd in a node: images come from the lab's registry, pods get the lab's network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.config import REGISTRY_NAME
from fedfleet_lab.node.plan import CONTAINERD_SOCKET

if TYPE_CHECKING:
    from fedfleet_lab.config import LabConfig

PAUSE_IMAGE = f"{REGISTRY_NAME}/fedfleet/pause:1.0"


def write_registry_hosts(config: LabConfig, folder: Path) -> None:
    """Writes below `folder` where containerd finds the lab's registry, which only the lab knows by that name."""
    place = folder / REGISTRY_NAME
    place.mkdir(parents=True, exist_ok=True)
    (place / "hosts.toml").write_text(registry_hosts(config))


def registry_hosts(config: LabConfig) -> str:
    """Returns where containerd finds the lab's registry (its `hosts.toml`)."""
    url = f"http://{config.registry}"
    return f'server = "{url}"\n\n[host."{url}"]\n  capabilities = ["pull", "resolve"]\n'


def settings(folder: Path) -> str:
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
