"""Carrying out activities within their time, and writing down what they did."""

from __future__ import annotations

import time
from concurrent.futures import TimeoutError as Late
from concurrent.futures import wait
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from fedfleet.drills.activities import function_of
from fedfleet.drills.background import in_background
from fedfleet.drills.journal import ActivityRun, HypothesisRun
from fedfleet.drills.scene import Found, OverError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from fedfleet.drills.experiment import Activity, Experiment
    from fedfleet.drills.scene import Scene

# Whatever is broken off is waited for so many seconds: as long as the longest of what it does in one go, a call of the API's.
NOTICE_SECONDS: Final = 30.0


def carry_out(
    activity: Activity,
    scene: Scene,
    seconds: float,
    find: Callable[[Activity], Callable[[Scene], Any]] = function_of,
    clock: Callable[[], float] = time.monotonic,
) -> ActivityRun:
    """Carry out one activity in at most so many seconds; whatever goes wrong is part of what it did.

    An action that goes on after that, or after a Ctrl-C, is known to the scene.
    """
    began, start = clock(), datetime.now(UTC)
    output: Any = None
    problem = ""
    try:
        output = in_background(_done, find, activity, scene).result(timeout=max(0.0, seconds))
    except Late:
        problem = f"it had not ended after {clock() - began:.0f} s, when its time was up"
    except OverError:
        problem = "the drill was over"
    except Exception as error:
        problem = " ".join((str(error) or type(error).__name__).split())
    holds = output.holds if isinstance(output, Found) else None
    return ActivityRun(
        activity=activity.model_dump(mode="json", by_alias=True),
        status="failed" if problem else "succeeded",
        output=asdict(output) if isinstance(output, Found) else output,
        start=start,
        end=datetime.now(UTC),
        duration=round(clock() - began, 3),
        tolerance_met=(holds is True) if activity.type == "probe" else None,
        exception=(problem,) if problem else None,
    )


def _done(find: Callable[[Activity], Callable[[Scene], Any]], activity: Activity, scene: Scene) -> Any:
    with scene.acting() if activity.type == "action" else nullcontext():
        return find(activity)(scene)


def carry_out_together(
    activities: Sequence[Activity], scene: Scene, seconds: float, find: Callable[[Activity], Callable[[Scene], Any]] = function_of
) -> tuple[ActivityRun, ...]:
    """Carry out activities that have nothing to do with each other, all at the same time; after a Ctrl-C, only until each has noticed it."""
    begun: list[Future[ActivityRun]] = []
    try:
        begun += (in_background(carry_out, activity, scene, seconds, find) for activity in activities)
        return tuple(each.result() for each in begun)
    except KeyboardInterrupt:
        scene.over.set()
        wait(begun, timeout=NOTICE_SECONDS)
        raise


def look_around(
    experiment: Experiment, scene: Scene, seconds: float, find: Callable[[Activity], Callable[[Scene], Any]] = function_of
) -> HypothesisRun:
    """Ask every probe of the steady state once, all at the same time."""
    probes = carry_out_together(experiment.hypothesis.probes, scene, seconds, find)
    return HypothesisRun(steady_state_met=all(probe.tolerance_met for probe in probes), probes=probes)
