"""What the marks of a task say of its time."""

from datetime import UTC, datetime

from bench.task_phases import APPLICATION, COMPONENT, DRIVER, END, ENTRY, Trace, marks_in

SAID = """1764153281.250
25/11/26 10:34:46 INFO SparkContext: Running Spark version 3.5.1
25/11/26 10:34:52 INFO StandaloneSchedulerBackend$StandaloneDriverEndpoint: Registered executor NettyRpcEndpointRef(spark-client://Executor)
25/11/26 10:34:53 INFO StandaloneSchedulerBackend$StandaloneDriverEndpoint: Registered executor NettyRpcEndpointRef(spark-client://Executor)
25/11/26 10:35:10 INFO SparkContext: Successfully stopped SparkContext
"""


def _at(clock: str) -> float:
    return datetime.fromisoformat(f"2025-11-26T{clock}").replace(tzinfo=UTC).timestamp()


def test_marks_are_found_in_what_the_pod_says() -> None:
    expected = {"submitted": 1764153281.25, "asked": _at("10:34:46"), "answered": _at("10:34:52"), "stopped": _at("10:35:10")}
    assert marks_in(SAID) == expected


def test_phases_fill_the_whole_time_of_a_task() -> None:
    found = Trace({"began": _at("10:34:38"), "ended": _at("10:35:12")} | marks_in(SAID)).phases()
    assert found == {ENTRY: 3.25, DRIVER: 4.75, APPLICATION: 6.0, COMPONENT: 18.0, END: 2.0}


def test_a_task_without_spark_has_no_phases() -> None:
    assert Trace({"began": 1.0, "ended": 2.0}).phases() == {}
