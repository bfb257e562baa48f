"""Names all that is missing on the machine before anything is built or changed."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.command import run
from fedfleet_lab.errors import LabError
from fedfleet_lab.node.kubernetes import machine_memory
from fedfleet_lab.node.pod_network import plugin_folder

if TYPE_CHECKING:
    from fedfleet_lab.action import ActionStatus
    from fedfleet_lab.context import Context

# Program → Debian package that has it.
PROGRAMS = {
    "blkid": "util-linux",
    "btrfs": "btrfs-progs",
    "conntrack": "conntrack",
    "containerd": "containerd",
    "ctr": "containerd",
    "haproxy": "haproxy",
    "ip": "iproute2",
    "ipset": "ipset",
    "iptables": "iptables",
    "losetup": "mount",
    "mkfs.btrfs": "btrfs-progs",
    "mkfs.ext4": "e2fsprogs",
    "mount": "mount",
    "nsenter": "util-linux",
    "runc": "runc",
    "sysctl": "procps",
    "unshare": "util-linux",
}
PLUGINS_PACKAGE = "containernetworking-plugins"
_FILE_SYSTEMS = {"overlay": "overlayfs for container images", "btrfs": "btrfs for volumes"}
_NETWORK_TRIES = {
    "bridges": "ip link add name try type bridge",
    "virtual cables (veth)": "ip link add name try type veth peer name yrt",
    "packet filter": "iptables --table filter --insert INPUT --match conntrack --ctstate NEW --jump DROP",
    "address translation": "iptables --table nat --insert POSTROUTING --jump MASQUERADE",
    "sets of addresses (ipset)": "ipset create try hash:ip",
}
_CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "pids")
_LEAST_MEMORY = 6 << 30
_LEAST_DISK_COLD = 20 << 30
_LEAST_DISK_WARM = 8 << 30
# In a node these are memory file systems of its own, which would hide a cache in them.
_HIDDEN = ("/run", "/var", "/proc", "/sys", "/dev")


@dataclass(frozen=True)
class Preflight:
    """Looks, and changes nothing."""

    name: str = "preflight"
    title: str = "look at the machine"

    def up(self, ctx: Context) -> None:
        """Checks root, kernel, programs, memory and disk.

        Raises:
            LabError: something is missing; the error names everything that is, and how to get it.
        """
        if ctx.daemons.running("kube-apiserver") is not None:
            return
        missing = [*_rights(), *_kernel(), *_room(ctx.paths.cache), *_programs()]
        # The kernel's network can only be tried as root, with the programs at hand.
        missing = missing or _network()
        if missing:
            packages = " ".join(_packages())
            raise LabError(
                "This machine is not ready for a lab",
                found="; ".join(missing),
                next_step=f"apt-get install --no-install-recommends {packages}" if packages else "",
            )

    def down(self, ctx: Context) -> None:
        """Has nothing to take down."""

    def status(self, ctx: Context) -> ActionStatus | None:
        """Has nothing to say."""
        del ctx
        return None


def _rights() -> list[str]:
    return [] if os.geteuid() == 0 else ["the lab needs root: it makes namespaces, mounts and links"]


def _kernel() -> list[str]:
    known = Path("/proc/filesystems").read_text().split()
    missing = [f"the kernel has no {why}" for name, why in _FILE_SYSTEMS.items() if not _has_file_system(name, known)]
    if not Path("/dev/loop-control").exists():
        missing.append("the kernel has no loop devices (/dev/loop-control)")
    namespaces = [name for name in ("net", "mnt", "pid", "uts") if not Path(f"/proc/self/ns/{name}").exists()]
    missing.extend(f"the kernel has no {name} namespaces" for name in namespaces)
    return [*missing, *_control_groups()]


def _has_file_system(name: str, known: list[str]) -> bool:
    if name in known:
        return True
    # A module is loaded by the first mount; a dry run says whether there is one.
    modprobe = shutil.which("modprobe")
    return modprobe is not None and run([modprobe, "-n", "-q", name], accept=(0, 1)).returncode == 0


def _control_groups() -> list[str]:
    root = Path("/sys/fs/cgroup")
    if (root / "cgroup.controllers").exists():
        there = (root / "cgroup.controllers").read_text().split()
        lacking = [name for name in ("cpu", "cpuset", "memory", "pids") if name not in there]
    else:
        lacking = [name for name in _CONTROLLERS if not (root / name).is_dir()]
    return [f"control groups without {', '.join(lacking)} (below {root})"] if lacking else []


def _network() -> list[str]:
    """Tries what nodes need of the kernel's network, in a namespace that goes with each try."""
    missing = []
    for what, command in _NETWORK_TRIES.items():
        try:
            run(["unshare", "--net", *command.split()])
        except LabError as error:
            missing.append(f"the kernel has no {what} ({error.found.splitlines()[-1]})")
    return missing


def _room(cache: Path) -> list[str]:
    missing = []
    memory = machine_memory()
    if memory < _LEAST_MEMORY:
        missing.append(f"{memory / 2**30:.1f} GiB of memory where the lab needs {_LEAST_MEMORY >> 30}")
    needed = _LEAST_DISK_WARM if (cache / "artefacts").exists() else _LEAST_DISK_COLD
    place = next(parent for parent in (cache, *cache.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        missing.append(f"{free / 2**30:.1f} GiB free on the disk of {place} where the lab needs {needed >> 30}")
    if any(cache.is_relative_to(hidden) for hidden in _HIDDEN):
        missing.append(f"the cache {cache} is in {' or '.join(_HIDDEN)}, which nodes cannot see; set XDG_CACHE_HOME")
    return missing


def _programs() -> list[str]:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    found = [f"no {', '.join(missing)}"] if missing else []
    return found if plugin_folder() else [*found, "no network plug-ins (host-local, loopback, portmap)"]


def _packages() -> list[str]:
    wanted = {package for program, package in PROGRAMS.items() if shutil.which(program) is None}
    return sorted(wanted if plugin_folder() else wanted | {PLUGINS_PACKAGE})
