"""A job that only reads asks every party that brings rows for its own table of one name, and gives up in time."""

from typing import Any

from fedfleet.engine.fate import Members, TableRef, read_dag


def test_a_job_that_only_reads() -> None:
    schema: Any = read_dag(Members("30000", ("40000",)), TableRef("drills", "sample"), 300)
    dag = schema["dag"]
    assert {name: task["component_ref"] for name, task in dag["tasks"].items()} == {"reader_0": "reader"}
    assert dag["conf"] == {"task": {"timeout": 300}}
    named = {name: party["tasks"]["reader_0"]["parameters"] for name, party in dag["party_tasks"].items()}
    table = {"namespace": "drills", "name": "sample"}
    assert named == {"guest_30000": table, "host_40000": table}
