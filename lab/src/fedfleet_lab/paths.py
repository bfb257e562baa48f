"""Where the lab keeps what: one folder a lab, and what all labs share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


def cache_home() -> Path:
    """Returns FedFleet's folder in the user's cache (XDG base directories)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base).absolute() / "fedfleet"


def go_sources() -> Path:
    """Returns the folder of the lab's Go modules: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "go"
    return installed if installed.is_dir() else package.parents[1] / "go"


@dataclass(frozen=True)
class NodePaths:
    """One node's folder. `disk` is what survives a power cut; `config` is written anew at every boot."""

    root: Path

    @property
    def config(self) -> Path:
        """Settings and credentials of the node's services."""
        return self.root / "config"

    @property
    def grace(self) -> Path:
        """How long containers get when the node is shut down, in seconds, for as long as it is."""
        return self.config / "grace"

    @property
    def disk(self) -> Path:
        """The node's disk; its folders appear below the node's /var."""
        return self.root / "disk"

    @property
    def containerd(self) -> Path:
        """The node's images and containers."""
        return self.disk / "containerd"

    @property
    def kubelet(self) -> Path:
        """The kubelet's folder, with what pods keep on the node."""
        return self.disk / "kubelet"

    @property
    def etcd(self) -> Path:
        """The data of the node's etcd member, where it carries a control plane."""
        return self.disk / "etcd"

    @property
    def fstab(self) -> Path:
        """The node's /etc/fstab, from its first boot on."""
        return self.disk / "fstab"

    def volume(self, name: str) -> Path:
        """What is kept of a disk besides the root disk."""
        return self.disk / "volumes" / name

    @property
    def membership(self) -> Path:
        """What a new etcd member starts with: with whom, or that it is the first."""
        return self.config / "etcd-cluster.json"

    @property
    def log(self) -> Path:
        """The node's /var/log."""
        return self.disk / "log"


@dataclass(frozen=True)
class LabPaths:
    """All places of one lab, and the caches that labs share."""

    cache: Path
    name: str

    @property
    def lab(self) -> Path:
        """Everything of this lab; `down` removes it."""
        return self.cache / "lab" / self.name

    @property
    def record(self) -> Path:
        """What the lab was made with."""
        return self.lab / "lab.json"

    @property
    def lock(self) -> Path:
        """Held by whoever changes the lab; outside of its folder, because `down` removes that."""
        return self.cache / "lab" / f"{self.name}.lock"

    @property
    def watches(self) -> Path:
        """What the machine's limit of file watchers was before the first lab."""
        return self.cache / "lab" / "watches"

    @property
    def kubeconfig(self) -> Path:
        """The cluster administrator's kubeconfig, mode 0600."""
        return self.lab / "kubeconfig"

    @property
    def pki(self) -> Path:
        """Certificate authorities, keys and certificates."""
        return self.lab / "pki"

    @property
    def control_plane(self) -> Path:
        """Settings and data of etcd and the control plane."""
        return self.lab / "control-plane"

    @property
    def daemons(self) -> Path:
        """Who runs: one file a daemon."""
        return self.lab / "daemons"

    @property
    def log(self) -> Path:
        """Logs of the daemons on the host."""
        return self.lab / "log"

    @property
    def vcenter(self) -> Path:
        """Everything of a data centre's simulated vCenter."""
        return self.lab / "vcenter"

    @property
    def shared(self) -> Path:
        """Mounts made below appear in every node, also in running ones (mount propagation)."""
        return self.lab / "shared"

    @property
    def datastore(self) -> Path:
        """Where volumes are mounted."""
        return self.shared / "datastore"

    def node(self, name: str) -> NodePaths:
        """Returns the folder of one node."""
        return NodePaths(self.lab / "nodes" / name)

    @property
    def artefacts(self) -> Path:
        """Programs built once, by the hash of what they are built from."""
        return self.cache / "artefacts"

    @property
    def registry(self) -> Path:
        """The image registry's content; all labs' registries serve it."""
        return self.cache / "registry"

    @property
    def go(self) -> Path:
        """Go's module and build caches."""
        return self.cache / "go"

    @property
    def templates(self) -> Path:
        """Node disks with images on them, to be cloned."""
        return self.cache / "node-templates"
