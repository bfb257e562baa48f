"""Ends a node's containers before it powers off; runs in the node, with the standard library alone."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

from fedfleet_lab.node.plan import CONTAINERD_SOCKET

if TYPE_CHECKING:
    from collections.abc import Callable

_CTR = ("ctr", "--address", CONTAINERD_SOCKET, "--namespace", "k8s.io")
_TIMEOUT = 20.0
_POLL = 0.2
# containerd's CRI plug-in tells the pods' own sandboxes from what runs in them.
_APPLICATIONS = 'labels."io.cri-containerd.kind"==container'
# The kubelet's annotation with the pod's terminationGracePeriodSeconds (pkg/kubelet/kuberuntime/labels.go).
_GRACE = "io.kubernetes.pod.terminationGracePeriod"
_METADATA = "io.cri-containerd.container.metadata"


def end_containers(most: float, say: Callable[[str], None]) -> None:
    """Sends each container its stop signal and gives it its pod's grace, but none more than `most` seconds.

    Who does not end in time is killed.
    """
    began = time.monotonic()
    left = {name: min(grace_of(_info(name), most), most) for name in _running()}
    _signal_all(set(left))
    while left:
        overdue = {name for name, grace in left.items() if time.monotonic() - began >= grace}
        _signal_all(overdue, signal.SIGKILL)
        running = _running()
        for name in set(left) - running:
            say(f"container {name[:12]} ended{' by force' if name in overdue else ''}")
        left = {name: grace for name, grace in left.items() if name in running}
        if overdue and time.monotonic() - began > most + _TIMEOUT:
            say(f"{len(left)} containers do not end")
            return
        time.sleep(_POLL)


def grace_of(info: dict[str, Any], otherwise: float) -> float:
    """Returns the grace in a container's metadata, in seconds, as containerd 1.6 prints them; else `otherwise`."""
    try:
        packed = info["Extensions"][_METADATA]["value"]
        config = json.loads(base64.b64decode(packed))["Metadata"]["Config"]
        return float(config["annotations"][_GRACE])
    except (KeyError, TypeError, ValueError):
        return otherwise


def _running() -> set[str]:
    """Returns the identifiers of running containers other than the pods' own sandboxes."""
    applications = _ctr("containers", "list", "--quiet", _APPLICATIONS).split()
    tasks = [line.split() for line in _ctr("tasks", "list").splitlines()[1:]]
    return {task[0] for task in tasks if len(task) == 3 and task[2] == "RUNNING"} & set(applications)


def _signal_all(names: set[str], number: signal.Signals | None = None) -> None:
    """Signals containers at the same time; without a number, each by the stop signal of its image."""
    option = [] if number is None else ["--signal", number.name]
    argv = [*_CTR, "tasks", "kill", *option]
    children = [subprocess.Popen([*argv, name], stderr=subprocess.DEVNULL) for name in names]
    for child in children:
        child.wait()


def _info(name: str) -> dict[str, Any]:
    try:
        found = json.loads(_ctr("containers", "info", name))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ctr(*args: str) -> str:
    done = subprocess.run([*_CTR, *args], capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    return done.stdout
