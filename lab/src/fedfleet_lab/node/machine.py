"""A node as a machine with a power button: boots, shuts down, loses power."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.command import run
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.errors import LabError
from fedfleet_lab.host import cgroups, links
from fedfleet_lab.node import disk, settings, volumes
from fedfleet_lab.processes import wait_gone

if TYPE_CHECKING:
    from fedfleet_lab.config import NodeConfig
    from fedfleet_lab.context import Context
    from fedfleet_lab.processes import Process

_BIRTH_TIMEOUT = 10.0
_DEATH_TIMEOUT = 20.0
_POLL = 0.01
# Seconds that the node's services get beyond the grace of its containers.
_SERVICES_GRACE = 25.0


@dataclass(frozen=True)
class Machine:
    """One node of a lab."""

    ctx: Context
    node: NodeConfig

    def first_process(self) -> Process | None:
        """Returns the node's PID 1 as the host sees it; None while the node is off."""
        launcher = self.ctx.daemons.running(self.node.name)
        if launcher is None:
            return None
        children = launcher.children()
        return children[0] if children else None

    def boot(self) -> None:
        """Powers the node on; returns once its first process runs and its cable is plugged in.

        Raises:
            LabError: the first process did not come up.
        """
        if self.first_process() is not None:
            return
        self.ctx.daemons.stop(self.node.name, grace=0)
        links.unplug(self.node)
        group = cgroups.node_group(self.ctx.config.name, self.node.name)
        # What a life before left behind would cost the kubelet three seconds a container.
        cgroups.remove(group)
        cgroups.create(group)
        disk.prepare(self.ctx.paths, self.node)
        plan = settings.write(self.ctx, self.node)
        namespaces = ("--net", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc")
        init = (sys.executable, "-m", "fedfleet_lab.node.init", str(plan))
        argv = ("unshare", *namespaces, "--propagation", "slave", *init)
        switch, hand = os.pipe()
        try:
            self.ctx.daemons.launch(Daemon(self.node.name, argv), "", stdin=switch)
            pid = self._await_birth().pid
            links.plug_in(self.ctx.config, self.node, pid)
            _enable_forwarding(pid)
            os.write(hand, b"\n")
        finally:
            os.close(switch)
            os.close(hand)

    def crash(self) -> None:
        """Cuts the node's power: everything in it is gone at once, what was not written to its disk is lost."""
        first = self.first_process()
        if first is not None:
            first.signal(signal.SIGKILL)
            wait_gone([first], _DEATH_TIMEOUT)
        self._tidy()

    def shut_down(self, grace: float) -> bool:
        """Presses the power button: containers get their pod's grace, at most `grace` seconds, to end.

        Returns:
            Whether the node had to be forced down.
        """
        first = self.first_process()
        forced = False
        if first is not None:
            self.ctx.paths.node(self.node.name).grace.write_text(str(grace))
            first.signal(signal.SIGTERM)
            forced = bool(wait_gone([first], grace + _SERVICES_GRACE))
        if forced:
            self.crash()
        self._tidy()
        return forced

    def exec_argv(self, *command: str) -> list[str]:
        """Returns the command line that runs a command in the node.

        Raises:
            LabError: the node is off.
        """
        first = self.first_process()
        if first is None:
            raise LabError(
                f"{self.node.name} is off",
                next_step=f"Start it with `fedfleet lab node start {self.node.name}`",
            )
        return ["nsenter", f"--target={first.pid}", "--net", "--mount", "--pid", "--uts", "--", *command]

    def last_words(self) -> str:
        """Returns the end of the log of the node's first process and of its kubelet."""
        return self.ctx.daemons.last_words(self.node.name)

    def _tidy(self) -> None:
        self.ctx.daemons.stop(self.node.name, grace=1.0)
        links.unplug(self.node)
        volumes.detach(self.ctx.paths, self.node)

    def _await_birth(self) -> Process:
        deadline = time.monotonic() + _BIRTH_TIMEOUT
        while time.monotonic() < deadline:
            first = self.first_process()
            if first is not None:
                return first
            if self.ctx.daemons.running(self.node.name) is None:
                break
            time.sleep(_POLL)
        raise LabError(
            f"{self.node.name} did not power on",
            found=self.last_words() or "an empty log",
            where=str(self.ctx.daemons.log(self.node.name)),
        )


def _enable_forwarding(pid: int) -> None:
    """Lets the node pass packets on to its pods; the setting belongs to its network namespace."""
    run(["nsenter", f"--net=/proc/{pid}/ns/net", "sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1"])
