"""What a party's computing pods use while a workload runs, so that sizing rests on figures.

The kernel counts for each container; its cgroup is read in the container itself, which needs no metrics server and no right but to exec.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left, bisect_right
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.kube import KubeError
from fedfleet.report.workload import ComponentRun

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from fedfleet.engine.fate import TaskView
    from fedfleet.kube import Client

# The pods that FATE's components run in, by their label: FATE Flow's executors and drivers, and Spark's executors.
COMPUTING: Final = ("python", "spark-worker")
_EVERY_SECONDS: Final = 3.0
_MIB: Final = 1024 * 1024

# Nanoseconds of CPU, then bytes of memory without what the kernel would give back: cgroup v2, else v1.
_READ: Final = """
if [ -r /sys/fs/cgroup/cpu.stat ]; then
  awk '/^usage_usec/ {print $2 * 1000}' /sys/fs/cgroup/cpu.stat
  awk 'FNR == NR {total = $1; next} /^inactive_file/ {print total - $2}' /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory.stat
else
  cat /sys/fs/cgroup/cpuacct/cpuacct.usage
  awk 'FNR == NR {total = $1; next} /^total_inactive_file/ {print total - $2}' \
    /sys/fs/cgroup/memory/memory.usage_in_bytes /sys/fs/cgroup/memory/memory.stat
fi
"""


@dataclass(frozen=True)
class Sample:
    """One look at all pods: seconds since 1970, seconds of CPU since the pods began, MiB of memory."""

    at: float
    cpu_seconds: float
    memory_mib: float


@dataclass(frozen=True)
class Usage:
    """What was used in a stretch of time."""

    cpu_seconds: float
    memory_mib: float


class Meter:
    """Looks at a party's computing pods every few seconds while its context is open."""

    def __init__(self, client: Client, namespace: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._namespace = namespace
        self._clock = clock
        self._samples: list[Sample] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name=f"meter {namespace}", daemon=True)

    def __enter__(self) -> Meter:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join(timeout=30)

    def usage(self, begin: float, end: float) -> Usage | None:
        """What was used from one moment to another (seconds since 1970); None where nothing was seen of it."""
        return usage_between(self._samples, begin, end)

    def _look_on(self) -> None:
        while True:
            # A pod that is being replaced, or an API that is away for a moment, leaves a gap and no more.
            with suppress(KubeError):
                self._samples.append(self._look())
            if self._ended.wait(_EVERY_SECONDS):
                return

    def _look(self) -> Sample:
        cpu = memory = 0.0
        for name in COMPUTING:
            for pod in self._client.list("Pod", self._namespace, {"app.kubernetes.io/name": name}, fields="status.phase=Running"):
                read = self._client.exec(pod["metadata"]["name"], self._namespace, ["sh", "-c", _READ], timeout=20)
                figures = read.stdout.split()
                if read.returncode == 0 and len(figures) == 2:
                    cpu += float(figures[0]) / 1e9
                    memory += float(figures[1]) / _MIB
        return Sample(self._clock(), cpu, memory)


def component_run(task: TaskView, party: str, meter: Meter | None) -> ComponentRun:
    """A component as reports have it, with what was used while it ran where a meter looked on."""
    seconds = (task.elapsed or 0) / 1000
    began = (task.start_time or 0) / 1000
    used = meter.usage(began, began + seconds) if meter and task.start_time else None
    return ComponentRun(
        job_id=task.job_id,
        component=task.task_name,
        party_id=party,
        role=task.role,
        state=str(task.party_status),
        seconds=round(seconds, 1),
        cpu_seconds=round(used.cpu_seconds, 1) if used else None,
        memory_mib=round(used.memory_mib) if used else None,
    )


def usage_between(samples: Sequence[Sample], begin: float, end: float) -> Usage | None:
    """What samples tell of a stretch of time: CPU by straight lines between them, memory as the most that was seen."""
    if len(samples) < 2 or end <= begin or end < samples[0].at or begin > samples[-1].at:
        return None
    times = [sample.at for sample in samples]
    within = samples[bisect_left(times, begin) : bisect_right(times, end)]
    edges = [samples[max(bisect_right(times, moment) - 1, 0)] for moment in (begin, end)]
    cpu = _cpu_at(samples, times, end) - _cpu_at(samples, times, begin)
    return Usage(max(cpu, 0.0), max(sample.memory_mib for sample in (*within, *edges)))


def _cpu_at(samples: Sequence[Sample], times: Sequence[float], moment: float) -> float:
    after = bisect_right(times, moment)
    if after == 0:
        return samples[0].cpu_seconds
    if after == len(samples):
        return samples[-1].cpu_seconds
    left, right = samples[after - 1], samples[after]
    share = (moment - left.at) / (right.at - left.at)
    return left.cpu_seconds + share * (right.cpu_seconds - left.cpu_seconds)
