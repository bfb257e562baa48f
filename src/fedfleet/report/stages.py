"""Times the stages of a run: one stage a play."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from fedfleet.report.load import REPORTS, STAGES
from fedfleet.report.model import Stage, StagesFile


@dataclass
class _Timed:
    """A stage that has begun. `ended` is None while it runs."""

    name: str
    started: float
    ended: float | None = None
    hosts: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    changed: int = 0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class StageClock:
    """Collects what happens in a run and says how long each stage took.

    A stage that touches no host is left out: on a party's inventory, the exchange's plays are not news. Plays of the same name in a row
    are one stage, because Ansible starts a play anew for every batch of hosts.
    """

    def __init__(self, playbook: str, *, clock: Callable[[], float] = monotonic, now: Callable[[], datetime] = _utc_now) -> None:
        self._playbook = playbook
        self._clock = clock
        self._started_at = now()
        self._started = clock()
        self._stages: list[_Timed] = []

    def begin(self, name: str) -> None:
        """Start a stage, and end the one before."""
        if self._stages and self._stages[-1].name == name:
            return
        self._end()
        self._stages.append(_Timed(name=name, started=self._clock()))

    def touch(self, host: str) -> None:
        """Note that the running stage works on a host."""
        self._stages[-1].hosts.add(host)

    def change(self) -> None:
        """Note that a task of the running stage changed something."""
        self._stages[-1].changed += 1

    def fail(self, host: str) -> None:
        """Note that a task of the running stage failed on a host; `result` decides whether that ended anything."""
        self._stages[-1].failed.add(host)

    def result(self, stopped: Collection[str]) -> StagesFile:
        """End the run and return its stages.

        Args:
            stopped: the hosts on which the run stopped. Failures of other hosts were rescued by the play itself, and so were all but the
                last of these hosts': a host that stops takes no part in later stages.
        """
        self._end()
        last_failure = {host: stage for stage in self._stages for host in stage.failed}
        stages = []
        for stage in self._stages:
            failed = sorted(host for host in stage.failed if host in stopped and last_failure[host] is stage)
            if stage.hosts and stage.ended is not None:
                stages.append(
                    Stage(
                        name=stage.name,
                        seconds=round(stage.ended - stage.started, 3),
                        ok=not failed,
                        changed=stage.changed,
                        hosts=tuple(sorted(stage.hosts)),
                        failed=tuple(failed),
                    )
                )
        return StagesFile(
            playbook=self._playbook,
            started_at=self._started_at,
            seconds=round(self._clock() - self._started, 3),
            stages=tuple(stages),
        )

    def _end(self) -> None:
        if self._stages:
            self._stages[-1].ended = self._clock()


def recap(run: StagesFile) -> list[str]:
    """Return the run's stages as aligned plain lines, the total last."""
    width = max(len(name) for name in (*(stage.name for stage in run.stages), "together"))
    lines = [
        f"{stage.name:<{width}}  {stage.seconds:7.1f} s  {'ok' if stage.ok else 'FAILED: ' + ', '.join(stage.failed)}"
        for stage in run.stages
    ]
    return [*lines, f"{'together':<{width}}  {run.seconds:7.1f} s"]


def write_stages(run: StagesFile, inventory: Path) -> Path:
    """Write the run's stages beside its inventory and return the file's path.

    Args:
        run: the stages.
        inventory: the inventory's directory, as Ansible's `inventory_dir`.

    Raises:
        OSError: the directory or the file cannot be written.
    """
    target = inventory / REPORTS / STAGES
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".json.new")
    unfinished.write_text(run.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return unfinished.replace(target)
