"""The guardian acts once, late enough, when all it needs is well, and says so."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from job_guardian.guard import Guardian, fresh
from job_guardian.model import Job, Task
from job_guardian.note import Note, read_note, with_note
from support.fate_flow import Clock
from support.guarded import MEMBERS, GuardedFlow, job, task

FAILED = task("lr", "failed", "failed", "failed")
RUNNING = task("lr", "running", "running")


@dataclass
class Watch:
    """A guardian with its flow and a clock."""

    flow: GuardedFlow
    clock: Clock = field(default_factory=Clock)
    said: list[str] = field(default_factory=list)
    guardian: Guardian = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A guardian that knows nothing yet."""
        self.guardian = Guardian(self.flow, 3, lambda kind, _well, _text: self.said.append(kind), self.clock, lambda: 1e9 + self.clock())

    def wait(self, seconds: float) -> None:
        """Let it look every five seconds."""
        for _ in range(int(seconds / 5) + 1):
            self.guardian.look()
            self.clock.now += 5


@pytest.fixture
def watch() -> Callable[..., Watch]:
    return lambda held: Watch(GuardedFlow(held))


def ended(state: str = "failed", *tasks: Task, **more: Any) -> Job:
    return job(state, *(tasks or (FAILED,)), ended=int(1e12), **more)


def test_a_failed_job_is_rerun_after_a_while_and_the_note_says_why(watch: Callable[..., Watch]) -> None:
    one = watch(ended())
    one.wait(0)
    assert "rerun 1" not in one.flow.done
    one.wait(15)
    assert one.flow.done.count("rerun 1") == 1
    note = read_note(one.flow.held.description)
    assert note is not None
    assert (note.attempts, note.limit, note.left) == (1, 1, False)
    assert "lr failed at a partner, or was killed there" in note.text


def test_what_fails_again_is_rerun_later_each_time_and_then_left(watch: Callable[..., Watch]) -> None:
    one = watch(job("running", RUNNING))
    one.wait(5)
    one.flow.silent = {"30000"}
    one.wait(20)
    one.flow.silent = set()
    times: list[float] = []
    one.flow.held = ended("failed", replace(FAILED, version=1))
    for _ in range(200):
        before = one.flow.done.count("rerun 1")
        one.guardian.look()
        one.clock.now += 5
        if one.flow.done.count("rerun 1") > before:
            times.append(one.clock.now)
            one.guardian._cases["1"].shaken = "FATE Flow did not answer for a while"
    note = read_note(one.flow.held.description)
    assert len(times) == 3
    assert times[1] - times[0] >= 60
    assert times[2] - times[1] >= 300
    assert note is not None
    assert note.left
    assert "left it failed after 3 reruns" in note.text


def test_nothing_is_rerun_before_the_scheduler_has_seen_it_fail(watch: Callable[..., Watch]) -> None:
    one = watch(ended("failed", task("lr", "failed", "waiting", "running")))
    one.wait(60)
    assert "rerun 1" not in one.flow.done
    one.flow.held = ended("failed", task("lr", "failed", "waiting", "failed"))
    one.wait(15)
    assert one.flow.done == ["free lr", "rerun 1"]


def test_a_guardian_that_begins_anew_goes_on_counting(watch: Callable[..., Watch]) -> None:
    one = watch(ended("failed", replace(FAILED, version=1), description="mine\nguardian [1/1]: reran it"))
    one.begin()
    one.wait(400)
    assert "rerun 1" not in one.flow.done
    assert one.flow.held.description.startswith("mine\nguardian [1/1, left]: ")


def test_nothing_is_rerun_while_the_broker_or_a_partner_is_away(watch: Callable[..., Watch]) -> None:
    one = watch(ended())
    one.flow.sick = "Pulsar is not well: refused"
    one.wait(100)
    one.flow.sick, one.flow.silent = "", {"40000"}
    one.wait(100)
    assert "rerun 1" not in one.flow.done
    assert "will rerun it when this is mended: party 40000 does not answer" in one.flow.held.description
    one.flow.silent = set()
    one.wait(15)
    assert "rerun 1" in one.flow.done


def test_what_failed_long_before_it_began_is_left_alone(watch: Callable[..., Watch]) -> None:
    one = watch(ended())
    one.clock.now = 1000
    one.wait(100)
    assert one.flow.done == []


def test_an_error_of_its_own_is_left_and_told_once(watch: Callable[..., Watch]) -> None:
    one = watch(ended("failed", replace(FAILED, error="ValueError: x")))
    one.wait(100)
    assert one.said == ["LeftFailed"]


def test_a_contradiction_must_last(watch: Callable[..., Watch]) -> None:
    one = watch(job("running", task("lr", "success", "success")))
    one.wait(15)
    assert one.flow.done == []
    one.wait(10)
    assert one.flow.done == ["report lr guest 30000 success", "report lr host 40000 success"]


def test_a_change_starts_the_time_anew(watch: Callable[..., Watch]) -> None:
    one = watch(job("running", task("lr", "running", "waiting")))
    one.wait(80)
    one.flow.held = job("running", task("lr", "running", "waiting", changed=1))
    one.wait(80)
    assert one.flow.done == []
    one.wait(20)
    assert one.flow.done == ["fail 1"]


def test_a_job_that_waits_for_a_partner_out_of_reach_ends_although_cores_are_booked_again_and_again(watch: Callable[..., Watch]) -> None:
    waiting = task("lr", "waiting", "waiting", "waiting", limit=90)
    one = watch(job("running", waiting))
    one.flow.silent = {"40000"}
    for changed in range(17):
        one.flow.held = job("running", replace(waiting, held=bool(changed % 2), changed=changed))
        one.wait(0)
    assert one.flow.done == []
    one.wait(20)
    assert one.flow.done == ["fail 1"]


def test_an_end_is_told_to_the_scheduler_also_of_a_task_that_a_role_has_no_part_in(watch: Callable[..., Watch]) -> None:
    one = watch(replace(job("running", task("reader", "success", "success")), members=MEMBERS))
    one.wait(25)
    assert one.flow.done == ["report reader guest 30000 success", "report reader host 40000 success"]


def test_partners_are_told_again_how_a_job_ended_until_they_answer(watch: Callable[..., Watch]) -> None:
    one = watch(job("running", RUNNING))
    one.wait(5)
    one.flow.held = job("success", task("lr", "success", "success", "success"), ended=int(1e12))
    one.flow.silent = {"40000"}
    one.wait(10)
    one.flow.silent = set()
    one.wait(20)
    assert one.flow.done == ["settle 1 success"] * 4


def test_a_job_that_newer_ones_took_off_the_list_is_cared_for_until_nothing_is_due(watch: Callable[..., Watch]) -> None:
    one = watch(job("running", RUNNING))
    one.wait(5)
    one.flow.listed, one.flow.held, one.flow.silent = False, ended("failed", FAILED), {"40000"}
    one.wait(60)
    assert "will rerun it when this is mended" in one.flow.held.description
    one.flow.silent = set()
    one.wait(20)
    assert one.flow.done[-1] == "rerun 1"
    one.flow.held = job("success", ended=int(1e12))
    one.wait(5)
    assert one.guardian._cases == {}


@pytest.mark.parametrize("over", [job("success", ended=int(1e12)), job("canceled", FAILED, ended=int(1e12))])
def test_a_partner_that_left_for_good_is_not_told_for_ever(watch: Callable[..., Watch], over: Job) -> None:
    one = watch(job("running", RUNNING))
    one.wait(5)
    one.flow.listed, one.flow.held, one.flow.silent = False, over, {"40000"}
    one.wait(5)
    assert "1" in one.guardian._cases
    one.clock.now += 86400
    one.wait(5)
    assert one.guardian._cases == {}


def test_a_job_that_somebody_stopped_is_never_rerun(watch: Callable[..., Watch]) -> None:
    one = watch(job("running", RUNNING))
    one.wait(5)
    one.flow.held = ended("canceled", task("lr", "canceled", "canceled", "canceled"))
    one.wait(400)
    assert (one.flow.done, one.flow.held.description) == (["settle 1 canceled"], "")


@pytest.mark.parametrize("now", [{"state": "canceled"}, {"description": "guardian [0/0, left]: the drill is over"}])
def test_what_somebody_does_about_a_job_during_a_look_counts(
    watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch, now: dict[str, Any]
) -> None:
    one = watch(ended())
    monkeypatch.setattr(one.flow, "job", lambda _job_id: replace(one.flow.held, **now))
    one.wait(400)
    assert "rerun 1" not in one.flow.done
    assert one.flow.held.description == ""


def test_a_job_that_cannot_be_read_is_told_and_keeps_no_other_from_being_looked_at(watch: Callable[..., Watch]) -> None:
    one = watch(ended())
    odd = Job("2", state="", members=(), own=(), unreadable="KeyError('parties')")
    one.flow.before = [odd]
    one.wait(15)
    assert "rerun 1" in one.flow.done
    assert one.said.count("Hindered") == 4


def test_a_job_that_reruns_do_not_reach_is_submitted_anew(watch: Callable[..., Watch]) -> None:
    one = watch(ended(description="guardian [1/3]: reran it", dag={"dag": {"conf": {"model_id": "1", "model_version": "0"}}}))
    one.flow.sick = "Pulsar is not well"
    one.wait(0)
    one.flow.sick = ""
    one.wait(80)
    assert "submit {'dag': {'conf': {}}}" in one.flow.done
    assert "submitted it anew as 2" in one.flow.held.description
    assert any(line.startswith("describe 2: guardian [1/3]: ") for line in one.flow.done)


def test_a_job_that_names_a_model_of_its_own_keeps_it() -> None:
    assert fresh({"dag": {"conf": {"model_id": "m", "model_version": "1"}}}, "1") == {
        "dag": {"conf": {"model_id": "m", "model_version": "1"}}
    }


def test_a_note_takes_the_place_of_the_one_before() -> None:
    text = with_note(with_note("two\nlines", Note(0, 3, "first")), Note(1, 3, "second\n line", left=True))
    assert text == "two\nlines\nguardian [1/3, left]: second line"
    assert read_note(text) == Note(1, 3, "second line", left=True)
