"""Events say what people need to know, and nothing that may be secret."""

from typing import Any

from fedfleet.runs.events import EventReader, RunEvent

SECRET = "correct horse battery staple"


def told(event: str, **about: Any) -> dict[str, Any]:
    return {"event": event, "event_data": about}


def ended(event: str = "runner_on_ok", action: str = "fedfleet.federation.kube_apply", **result: Any) -> RunEvent:
    reader = EventReader()
    reader.read(told("playbook_on_play_start", name="Deploy"))
    (event_of_ours,) = reader.read(told(event, host="party30000", task="Apply", task_action=action, resolved_action=action, res=result))
    return event_of_ours


def test_a_stage_ends_where_the_next_begins() -> None:
    reader = EventReader()
    reader.read(told("playbook_on_play_start", name="Preflight"))
    events = reader.read(told("playbook_on_play_start", name="Deploy"))
    assert [(event.event, event.stage) for event in events] == [("stage-ended", "Preflight"), ("stage-started", "Deploy")]


def test_plays_of_one_name_in_a_row_are_one_stage() -> None:
    reader = EventReader()
    reader.read(told("playbook_on_play_start", name="Deploy"))
    assert reader.read(told("playbook_on_play_start", name="Deploy")) == []


def test_a_task_that_begins_says_where() -> None:
    reader = EventReader()
    reader.read(told("playbook_on_play_start", name="Deploy"))
    (event,) = reader.read(told("runner_on_start", host="exchange", task="Apply"))
    assert (event.event, event.stage, event.task, event.site) == ("task-started", "Deploy", "Apply", "exchange")


def test_outcomes_are_told_apart() -> None:
    assert ended().outcome == "ok"
    assert ended(changed=True).outcome == "changed"
    assert ended("runner_on_skipped").outcome == "skipped"
    assert ended("runner_on_failed", msg="It broke.").outcome == "failed"
    assert ended("runner_on_unreachable", msg="Nobody there.").outcome == "unreachable"


def test_a_failure_brings_its_message_and_the_exit_code_it_asks_for() -> None:
    event = ended("runner_on_failed", msg="Rung 2 does not hold.", exit_code=22)
    assert (event.message, event.exit_code) == ("Rung 2 does not hold.", 22)


def test_a_failed_loop_brings_the_messages_of_the_items_that_failed() -> None:
    event = ended("runner_on_failed", msg="One or more items failed", results=[{"msg": "fine"}, {"failed": True, "msg": "It broke."}])
    assert event.message == "It broke."


def test_what_is_printed_on_purpose_is_there_to_be_read() -> None:
    assert ended(action="ansible.builtin.debug", msg=["one", "two"]).message == "one\ntwo"


def test_warnings_are_told_whatever_the_outcome() -> None:
    assert ended(warnings=["Another run is at work"]).message == "Another run is at work"


def test_nothing_that_a_task_was_given_or_returned_is_told() -> None:
    event = ended(changed=True, msg=SECRET, stdout=SECRET, invocation={"module_args": {"password": SECRET}}, resources=[{"data": SECRET}])
    assert SECRET not in event.line()


def test_a_failure_that_is_hidden_stays_hidden() -> None:
    assert "hidden" in ended("runner_on_failed", censored=SECRET).message
    assert SECRET not in ended("runner_on_failed", censored=SECRET).line()


def test_an_event_is_one_line_of_json_that_reads_back() -> None:
    event = ended("runner_on_failed", msg="two\nlines")
    assert "\n" not in event.line()
    assert RunEvent.model_validate_json(event.line()) == event


def test_what_nobody_needs_to_know_makes_no_event() -> None:
    assert EventReader().read(told("playbook_on_notify", host="exchange")) == []


def test_the_end_ends_the_stage_too() -> None:
    reader = EventReader()
    reader.read(told("playbook_on_play_start", name="Deploy"))
    assert [event.event for event in reader.ended(0, "Done.")] == ["stage-ended", "run-ended"]


def test_the_end_says_on_which_sites_it_stopped() -> None:
    reader = EventReader()
    assert reader.ended(1, "")[-1].stopped is None
    reader.read(told("playbook_on_stats", failures={"south": 1}, dark={"north": 1}, rescued={"west": 1}, ok={"west": 3}))
    assert reader.ended(1, "")[-1].stopped == ("north", "south")
