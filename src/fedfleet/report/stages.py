"""Times the stages of a run: one stage a play."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from fedfleet.report.load import REPORTS, STAGES
from fedfleet.report.model import Stage, StagesFile


@dataclass
class _Running:
    name: str
    started: float
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
        self._running: _Running | None = None
        self._ended: list[Stage] = []

    def begin(self, name: str) -> None:
        """Start a stage, and end the one before."""
        if self._running is not None and self._running.name == name:
            return
        self.end()
        self._running = _Running(name=name, started=self._clock())

    def touch(self, host: str) -> None:
        """Note that the running stage works on a host."""
        if self._running is not None:
            self._running.hosts.add(host)

    def change(self) -> None:
        """Note that a task of the running stage changed something."""
        if self._running is not None:
            self._running.changed += 1

    def fail(self, host: str) -> None:
        """Note that the running stage stopped at a host."""
        if self._running is not None:
            self._running.hosts.add(host)
            self._running.failed.add(host)

    def rescue(self, host: str) -> None:
        """Take a failure back: the play itself dealt with it."""
        if self._running is not None:
            self._running.failed.discard(host)

    def end(self) -> None:
        """End the running stage."""
        running, self._running = self._running, None
        if running is None or not running.hosts:
            return
        self._ended.append(
            Stage(
                name=running.name,
                seconds=round(self._clock() - running.started, 3),
                ok=not running.failed,
                changed=running.changed,
                hosts=tuple(sorted(running.hosts)),
                failed=tuple(sorted(running.failed)),
            )
        )

    def result(self) -> StagesFile:
        """End the run and return its stages."""
        self.end()
        return StagesFile(
            playbook=self._playbook,
            started_at=self._started_at,
            seconds=round(self._clock() - self._started, 3),
            stages=tuple(self._ended),
        )


def recap(run: StagesFile) -> list[str]:
    """Return the run's stages as aligned plain lines, the total last."""
    width = max((len(stage.name) for stage in run.stages), default=0)
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
