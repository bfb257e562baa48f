"""The job guardian: one at a time, without rights, and what it writes is what the command reads."""

import json
from typing import Any

from fedfleet.engine.fate.views import GuardianNote, JobView
from job_guardian.note import Note, read_note, with_note
from support.manifests import Manifests, named


def guardian(manifests: Manifests) -> dict[str, Any]:
    return named(manifests, "Deployment", "guardian")["spec"]  # type: ignore[no-any-return]


def test_two_are_never_at_work_at_once(manifests: Manifests) -> None:
    assert (guardian(manifests)["replicas"], guardian(manifests)["strategy"]) == (1, {"type": "Recreate"})


def test_it_has_no_key_to_the_cluster(manifests: Manifests) -> None:
    assert guardian(manifests)["template"]["spec"]["automountServiceAccountToken"] is False


def test_it_asks_the_broker_that_jobs_use(rendered: dict[str, Manifests]) -> None:
    def health(manifests: Manifests) -> Any:
        (container,) = guardian(manifests)["template"]["spec"]["containers"]
        return json.loads(next(entry["value"] for entry in container["env"] if entry["name"] == "HEALTH_URLS"))

    assert health(rendered["external"]) == {"Pulsar": "http://pulsar.example.org:8080/admin/v2/brokers/health"}
    assert health(rendered["lab"])["Pulsar"].startswith("http://pulsar.fate-30000.svc.cluster.local:8080/")


def test_the_command_reads_what_it_writes() -> None:
    written = with_note("mine", Note(1, 3, "why", left=True))
    row = {"job_id": "1", "role": "guest", "party_id": "30000", "status": "failed", "description": written}
    assert JobView.model_validate(row).guardian == GuardianNote(reruns=1, left=True, text="why")


def test_it_reads_what_drills_write() -> None:
    row = {
        "job_id": "1",
        "role": "guest",
        "party_id": "30000",
        "status": "failed",
        "description": with_note("mine", Note(1, 3, "reran it")),
    }
    assert read_note(JobView.model_validate(row).left_as("why")) == Note(1, 1, "why", left=True)
