"""Whether a workload of the lab's own is up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.errors import CommandError, LabError

if TYPE_CHECKING:
    from fedfleet_lab.context import Context


@dataclass(frozen=True)
class Workload:
    """A Deployment or DaemonSet of the lab."""

    kind: str
    name: str
    namespace: str
    label: str

    def wait(self, ctx: Context, timeout: float) -> None:
        """Waits until all its pods are up to date and ready, for at most `timeout` seconds.

        Raises:
            LabError: they are not; the state of its pods and their last events are in it.
        """
        target = (self.kind, self.name, "-n", self.namespace, f"--timeout={timeout:.0f}s")
        try:
            ctx.kubectl.run("rollout", "status", *target, timeout=timeout + 10)
        except CommandError as error:
            chosen = ("-n", self.namespace, "-l", self.label)
            pods = ctx.kubectl.run("get", "pods", *chosen, "-o", "wide", "--no-headers").stdout
            events = ctx.kubectl.run("get", "events", "-n", self.namespace, "--sort-by=.lastTimestamp", "--no-headers")
            last = "\n".join(events.stdout.splitlines()[-5:])
            raise LabError(
                f"{self.kind} {self.namespace}/{self.name} is not ready after {timeout:.0f} s",
                found=f"{pods.strip() or 'no pods'}\n{last}".strip(),
                next_step=f"Look at `fedfleet lab kubectl -- describe pods -n {self.namespace} -l {self.label}`",
            ) from error

    def ready(self, ctx: Context) -> tuple[int, int]:
        """Returns how many pods are ready and how many are wanted; none of none where the cluster does not answer."""
        try:
            found = ctx.kubectl.get(self.kind, self.name, self.namespace)
        except CommandError:
            found = None
        if found is None:
            return 0, 0
        status = found["status"]
        if self.kind == "daemonset":
            return status.get("numberReady", 0), status.get("desiredNumberScheduled", 0)
        return status.get("readyReplicas", 0), found["spec"]["replicas"]
