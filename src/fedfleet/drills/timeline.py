"""The time line of a drill: every probe, asked again and again from before the fault until the site is well; and what it says of recovery."""

from __future__ import annotations

import threading
import time
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from fedfleet.drills.background import in_background
from fedfleet.drills.scene import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    Probe = Callable[[], Found]

# A probe that says nothing for so long has not answered; it is asked anew once it has come back.
PATIENCE: Final = 10.0


@dataclass(frozen=True)
class Sample:
    """One look of one probe.

    Attributes:
        probe: its name.
        at: when it was asked, in seconds of the run's clock.
        until: when its answer was there.
        holds: whether it said that what it looks at holds.
        answered: whether it answered at all; one that did not never holds.
        detail: what it saw, or why there was no answer.
    """

    probe: str
    at: float
    until: float
    holds: bool
    answered: bool
    detail: str


@dataclass(frozen=True)
class Recovery:
    """What a time line says of one probe after the fault.

    Attributes:
        probe: its name.
        broke: whether it was seen not to hold.
        seconds: from the fault to the answer from which on it held; None where there was no such answer.
        worst: what was seen when it did not hold, the last of it.
        relapses: how often it did not hold after everything had been well again.
    """

    probe: str
    broke: bool
    seconds: float | None
    worst: str = ""
    relapses: int = 0


def look(name: str, probe: Probe, clock: Callable[[], float]) -> Sample:
    """Ask a probe once, here and now; whatever it raises is no answer."""
    at = clock()
    try:
        found = probe()
    except Exception as error:
        return Sample(name, at, clock(), holds=False, answered=False, detail=f"no answer: {_short(error)}")
    return Sample(name, at, clock(), found.holds, answered=True, detail=found.detail)


def outage_end(samples: Sequence[Sample], fault: float, settle: float) -> float | None:
    """When everything was well again after the fault: from then on all held for so many seconds at least; None where that never came.

    However late it begins, what fails first is the fault's. What fails after all was well again is a relapse, and no part of the recovery.
    """
    after = _after(samples, fault)
    end = fault
    for begin, until in sorted(_bad_spans(after)):
        if end > fault and begin - end >= settle:
            break
        end = max(end, until)
    return None if end == inf else end


def _after(samples: Sequence[Sample], fault: float) -> list[Sample]:
    """What was asked from the fault on; and of what was asked before and answered after it, what did not hold: only that says anything."""
    told = (sample for sample in samples if sample.at >= fault or (sample.until >= fault and not sample.holds))
    return sorted(told, key=lambda sample: sample.at)


def _bad_spans(after: Sequence[Sample]) -> list[tuple[float, float]]:
    """From each look that did not hold until the next of that probe that did; without an end where none did."""
    spans = []
    for probe in {sample.probe for sample in after}:
        own = [sample for sample in after if sample.probe == probe]
        for number, sample in enumerate(own):
            if not sample.holds:
                spans.append((sample.at, next((each.until for each in own[number + 1 :] if each.holds), inf)))
    return spans


def recovery_of(probe: str, samples: Sequence[Sample], fault: float, settled: float | None) -> Recovery:
    """What the samples of one probe say, asked from the moment of the fault on, until all was well again at ``settled``; None for never."""
    after = [sample for sample in _after(samples, fault) if sample.probe == probe]
    if not after:
        return Recovery(probe, broke=False, seconds=None, worst="it was not asked after the fault")
    bad = [sample for sample in after if not sample.holds]
    during = bad if settled is None else [sample for sample in bad if sample.at < settled]
    relapses = len(bad) - len(during)
    if not during:
        return Recovery(probe, broke=False, seconds=0.0, worst=bad[-1].detail if bad else "", relapses=relapses)
    back = next((sample for sample in after if sample.at > during[-1].at and sample.holds), None)
    return Recovery(probe, True, round(back.until - fault, 1) if back else None, during[-1].detail, relapses)


def all_well_since(samples: Sequence[Sample], probes: Sequence[str], asked_since: float) -> float | None:
    """Since when every probe has held without a break; None where one does not hold now, or has not answered a question asked since then."""
    since = []
    for probe in probes:
        own = [sample for sample in samples if sample.probe == probe]
        if not own or not own[-1].holds or own[-1].at < asked_since:
            return None
        bad = [number for number, sample in enumerate(own) if not sample.holds]
        since.append(own[bad[-1] + 1 if bad else 0].until)
    return max(since) if since else None


class Watch:
    """Asks all probes, each on its own, for as long as the context is open.

    One whose answer takes long is left alone for as long before it is asked again: a drill must not be what a busy site is busy with. One that was
    silent beyond all patience is not, as it waited rather than worked, and its next answer tells when the site was well.

    Args:
        probes: what to ask, by name.
        every: seconds from one look to the next, unless it takes long.
        beside: what is shown and nothing is concluded from.
        beside_every: seconds from one look to the next at that.
        tell: is told each time that a probe's answer is another than the one before.
        clock: the time in seconds, that never goes back.
        patience: seconds until a probe that says nothing counts as not answering.
    """

    def __init__(
        self,
        probes: Mapping[str, Probe],
        every: float,
        tell: Callable[[str], None] = lambda _line: None,
        *,
        beside: Mapping[str, Probe] | None = None,
        beside_every: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
    ) -> None:
        self._judged = tuple(probes)
        self._probes = {name: (probe, every) for name, probe in probes.items()}
        self._probes |= {name: (probe, beside_every) for name, probe in (beside or {}).items()}
        self._tell = tell
        self._every = every
        self._clock = clock
        self._patience = patience
        self._lock = threading.Lock()
        self._samples: list[Sample] = []
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._watch, args=(name,), name=f"probe {name}", daemon=True) for name in self._probes]

    def __enter__(self) -> Watch:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end.set()
        deadline = time.monotonic() + self._every + 1
        for thread in self._threads:
            # One that hangs is left behind: it holds nothing.
            thread.join(max(0.0, deadline - time.monotonic()))

    @property
    def samples(self) -> tuple[Sample, ...]:
        """What was seen so far, in the order of answers."""
        with self._lock:
            return tuple(self._samples)

    @property
    def asked(self) -> bool:
        """Whether everything has been asked once that something is concluded from."""
        return {sample.probe for sample in self.samples} >= set(self._judged)

    def well_since(self, asked_since: float) -> float | None:
        """Since when everything has held; None while something does not, or has not been asked since then."""
        return all_well_since(self.samples, self._judged, asked_since)

    def _watch(self, name: str) -> None:
        probe, every = self._probes[name]
        while not self._end.is_set():
            began = self._clock()
            self._await(name, in_background(look, name, probe, self._clock), began)
            ended = self._clock()
            took = ended - began
            self._end.wait(max(every - took, took if took < self._patience else 0.0))

    def _await(self, name: str, asked: Future[Sample], began: float) -> None:
        """Keep the answer; until there is one, keep each time that patience ends that there was none."""
        while True:
            try:
                sample = asked.result(timeout=self._patience)
            except Late:
                now = self._clock()
                self._keep(Sample(name, began, now, holds=False, answered=False, detail=f"no answer for {now - began:.0f} s"))
                if self._end.is_set():
                    return
                continue
            self._keep(sample)
            return

    def _keep(self, sample: Sample) -> None:
        with self._lock:
            before = next((each for each in reversed(self._samples) if each.probe == sample.probe), None)
            self._samples.append(sample)
        if before is None and sample.holds:
            return
        if before is None or before.holds != sample.holds:
            self._tell(f"{sample.probe}: {'holds again' if sample.holds else 'does not hold'}: {sample.detail}")


def _short(error: Exception) -> str:
    """An error in a line."""
    return " ".join(str(getattr(error, "short", None) or error or type(error).__name__).split())[:300]
