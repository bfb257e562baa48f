"""What of a machine a lab may change while it is up and must have put back when it is down."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

# Read as they are: a kubelet would set these for the whole machine.
_SETTINGS = (
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "net/ipv4/ip_forward",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
)
_FOLDERS = ("/etc", "/etc/cni", "/opt", "/run", "/run/netns", "/var/lib", "/var/lib/cni", "/var/log", "/var/run")

MachineState = dict[str, frozenset[str]]


def machine_state() -> MachineState:
    """Look at everything that is shared by all that runs on the machine."""
    return {
        "mounts": frozenset(_mounts()),
        "links": frozenset(link["ifname"] for link in json.loads(_said("ip", "-json", "link", "show"))),
        "addresses": frozenset(_said("ip", "-oneline", "address", "show").splitlines()),
        "routes": frozenset(_said("ip", "route", "show", "table", "all").splitlines()),
        "rules": frozenset(line for line in _said("iptables-save").splitlines() if not line.startswith(("#", ":"))),
        "sets": frozenset(_said("ipset", "list", "-name").splitlines()),
        "loop devices": frozenset(_said("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").splitlines()),
        "control groups": frozenset(_control_groups()),
        "files": frozenset(_files()),
        "settings": frozenset(f"{name}={Path('/proc/sys', name).read_text().strip()}" for name in _SETTINGS),
        "namespaces": frozenset(_held_namespaces()),
    }


def difference(before: MachineState, after: MachineState, spared: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Return what came and what went, by kind; entries with a text of `spared` in them are someone else's."""
    changes = {}
    for kind, was in before.items():
        came = sorted(entry for entry in after[kind] - was if not any(text in entry for text in spared))
        went = sorted(entry for entry in was - after[kind] if not any(text in entry for text in spared))
        if came or went:
            changes[kind] = {"came": came, "went": went}
    return changes


def processes_mentioning(text: str) -> list[str]:
    """Return the command lines of processes that have a text in their command line or their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        if int(folder.name) not in (os.getpid(), os.getppid()) and text.encode() in command + environment:
            found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found


def _mounts() -> Iterator[str]:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        yield f"{fields[4]} ({' '.join(fields[fields.index('-') + 1 :])})"


def _control_groups() -> Iterator[str]:
    for folder, _, _ in os.walk("/sys/fs/cgroup"):
        yield folder


def _files() -> Iterator[str]:
    for folder in _FOLDERS:
        if Path(folder).is_dir():
            yield from map(str, Path(folder).iterdir())
    yield from map(str, Path(tempfile.gettempdir()).glob("fedfleet-*"))


def _held_namespaces() -> Iterator[str]:
    """Yield namespaces that a file holds open, so that they outlive every process in them."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        if " - nsfs " in line:
            yield line.split()[4]


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
