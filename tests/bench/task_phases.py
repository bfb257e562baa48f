"""What a FATE task on Spark spends its time on, told by FATE Flow, by the files it leaves in its pod, and by the Spark driver's log.

FATE Flow starts a process of its own for a task, which starts `spark-submit`, whose Java starts Python, which starts the Spark application and runs the
component (fate_flow/engine/backend/_spark.py, 2.2.0). Each leaves a mark: the file with its process id, or a line in the log with the time to the second.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from fedfleet.engine.fate import TaskView
from fedfleet.kube import Client

ENTRY = "FATE Flow's own process, until it starts Spark's"
DRIVER = "Java and Python, until the component asks for Spark"
APPLICATION = "the Spark application's start, until its executor answers"
COMPONENT = "the component's own work, partners' included"
END = "the end: Spark stops, FATE Flow takes note and cleans up"
PHASES = (ENTRY, DRIVER, APPLICATION, COMPONENT, END)

_POD, _CONTAINER = "python-0", "python"
# Lines of Spark 3.5 (core/SparkContext.scala, scheduler/cluster/CoarseGrainedSchedulerBackend.scala).
_MARKS = {"asked": "Running Spark version", "answered": "Registered executor", "stopped": "Successfully stopped SparkContext"}
_STAMP = re.compile(r"^(\d\d/\d\d/\d\d \d\d:\d\d:\d\d) ")


@dataclass(frozen=True)
class Trace:
    """The marks of a task: seconds since 1970, those alone that were left."""

    marks: Mapping[str, float]

    def phases(self) -> dict[str, float]:
        """Seconds of each phase; none of a task that did not run on Spark."""
        names = ("began", "submitted", "asked", "answered", "stopped", "ended")
        if not set(names) <= set(self.marks):
            return {}
        # The log's seconds are cut off, so that a mark may seem to be just before the one that it follows.
        moments = [self.marks[name] for name in names]
        return {phase: max(0.0, after - before) for phase, (before, after) in zip(PHASES, pairwise(moments), strict=True)}


def trace(client: Client, namespace: str, task: TaskView) -> Trace:
    """What a task left at a party."""
    place = f"{task.job_id}/{task.role}/{task.party_id}/{task.task_name}"
    pid, log = f"/data/jobs/{place}/{task.task_version}/pid/task_execute", f"/data/logs/{place}/stdout/task_execute"
    script = f"stat --format=%.Y {pid}; grep -E '{'|'.join(_MARKS.values())}' {log}"
    done = client.exec(_POD, namespace, ["sh", "-c", script], container=_CONTAINER)
    began = (task.start_time or 0) / 1000
    return Trace({"began": began, "ended": began + (task.elapsed or 0) / 1000} | marks_in(done.stdout.decode("utf-8", "replace")))


def marks_in(said: str) -> dict[str, float]:
    """The marks in what the pod said: when `spark-submit` began, then the driver's lines; of repeated ones the first."""
    found: dict[str, float] = {}
    for line in said.splitlines():
        if re.fullmatch(r"\d+\.\d+", line):
            found["submitted"] = float(line)
        stamp = _STAMP.match(line)
        for mark, words in _MARKS.items():
            if stamp and words in line:
                found.setdefault(mark, datetime.strptime(stamp[1], "%y/%m/%d %H:%M:%S").replace(tzinfo=UTC).timestamp())
    return found
