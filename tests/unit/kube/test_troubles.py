"""Signs that waiting longer is of little use, and how long each must last to be believed."""

from typing import Any

import pytest

from fedfleet.kube.refs import ObjectRef
from fedfleet.kube.troubles import (
    MAX_RESTARTS,
    claims_of,
    mark,
    of_pod,
    of_provisioning,
    of_refusals,
    of_replica_failure,
    short,
    wanted_pods,
)

REF = ObjectRef("StatefulSet", "n", "pulsar")


def pod(*containers: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "pulsar-0", "uid": "u"} | metadata,
        "spec": {"containers": [{"name": "broker"}]},
        "status": {"phase": "Pending", "containerStatuses": list(containers)},
    }


def waiting(reason: str, *, restarts: int = 0, ended: dict[str, Any] | None = None, message: str = "") -> dict[str, Any]:
    return {
        "name": "broker",
        "restartCount": restarts,
        "state": {"waiting": {"reason": reason, "message": message}},
        "lastState": {"terminated": ended} if ended else {},
    }


def event(reason: str, when: str, message: str = "", count: int = 1) -> dict[str, Any]:
    return {
        "metadata": {"uid": f"{reason}-{when[:4]}"},
        "type": "Warning",
        "reason": reason,
        "message": message,
        "count": count,
        "lastTimestamp": when,
    }


@pytest.mark.parametrize("reason", ["InvalidImageName", "ErrImageNeverPull"])
def test_an_image_that_no_retry_brings_is_given_up_at_once(reason: str) -> None:
    trouble = of_pod(pod(waiting(reason)), {})
    assert trouble is not None
    assert trouble.grace == 0


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "ErrImagePull", "CreateContainerConfigError", "CreateContainerError"])
def test_what_is_also_seen_in_passing_must_last(reason: str) -> None:
    trouble = of_pod(pod(waiting(reason)), {})
    assert trouble is not None
    assert trouble.grace > 0


def test_a_pull_that_fails_and_one_that_backs_off_are_one_trouble() -> None:
    failing, backing_off = (of_pod(pod(waiting(reason)), {}) for reason in ("ErrImagePull", "ImagePullBackOff"))
    assert failing is not None
    assert backing_off is not None
    assert failing.key == backing_off.key


@pytest.mark.parametrize(
    "message",
    [
        'failed to resolve reference "registry.lab:5000/x:1": registry.lab:5000/x:1: not found',
        "rpc error: code = NotFound desc = failed to pull and unpack image",
        "unexpected status from HEAD request: 401 Unauthorized",
        "pull access denied, repository does not exist or may require authorization",
    ],
)
def test_what_a_registry_has_answered_is_believed_sooner_than_its_silence(message: str) -> None:
    answered = of_pod(pod(waiting("ErrImagePull", message=message)), {})
    silent = of_pod(pod(waiting("ErrImagePull", message="dial tcp 192.0.2.1:5000: connect: connection refused")), {})
    assert answered is not None
    assert silent is not None
    assert 0 < answered.grace < 30 < silent.grace


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing", ""])
def test_a_pod_that_is_on_its_way_is_in_no_trouble(reason: str) -> None:
    assert of_pod(pod(waiting(reason)), {}) is None


def test_a_few_crashes_are_no_trouble() -> None:
    assert of_pod(pod(waiting("CrashLoopBackOff", restarts=MAX_RESTARTS - 1)), {}) is None


def test_many_crashes_in_front_of_our_eyes_are_given_up_at_once() -> None:
    restarts: dict[tuple[str, str], int] = {}
    of_pod(pod(waiting("CrashLoopBackOff", restarts=1)), restarts)
    trouble = of_pod(pod(waiting("CrashLoopBackOff", restarts=MAX_RESTARTS)), restarts)
    assert trouble is not None
    assert trouble.grace == 0


def test_many_crashes_before_we_came_are_given_time() -> None:
    trouble = of_pod(pod(waiting("CrashLoopBackOff", restarts=20)), {})
    assert trouble is not None
    assert trouble.grace > 60


def test_a_container_that_never_began_is_told_from_one_that_crashes() -> None:
    ended = {"exitCode": 128, "reason": "StartError", "message": 'exec: "/nope": no such file'}
    trouble = of_pod(pod(waiting("CrashLoopBackOff", restarts=1, ended=ended)), {})
    assert trouble is not None
    assert "no such file" in trouble.text


def test_a_trouble_names_pod_container_reason_and_message() -> None:
    trouble = of_pod(pod(waiting("CreateContainerConfigError", message='secret "x" not found')), {})
    assert trouble is not None
    assert trouble.text == 'pod pulsar-0, container broker: CreateContainerConfigError: secret "x" not found'


def test_a_pod_that_is_being_deleted_is_in_no_trouble() -> None:
    assert of_pod(pod(waiting("InvalidImageName"), deletionTimestamp="2026-11-22T00:00:00Z"), {}) is None


def test_the_worst_trouble_of_a_pod_counts() -> None:
    trouble = of_pod(pod(waiting("ImagePullBackOff"), waiting("InvalidImageName") | {"name": "other"}), {})
    assert trouble is not None
    assert trouble.container == "other"


def test_a_refusal_to_create_pods_is_told_with_its_reason() -> None:
    trouble = of_refusals(REF, [event("FailedCreate", "2026-11-22T00:00:00Z", "exceeded quota: q")], frozenset())
    assert trouble is not None
    assert "exceeded quota" in trouble.text
    assert "quota" in trouble.next_step


def test_a_refusal_from_before_waiting_began_counts_only_when_repeated() -> None:
    old = event("FailedCreate", "2026-11-22T00:00:00Z")
    assert of_refusals(REF, [old], frozenset({mark(old)})) is None
    assert of_refusals(REF, [old | {"count": 2}], frozenset({mark(old)})) is not None


def test_a_success_after_a_refusal_puts_it_right() -> None:
    events = [event("FailedCreate", "2026-11-22T00:00:00Z"), event("SuccessfulCreate", "2026-11-22T00:00:01Z")]
    assert of_refusals(REF, events, frozenset()) is None


def test_a_volume_that_cannot_be_made_is_told_with_its_reason() -> None:
    trouble = of_provisioning("pulsar", [event("ProvisioningFailed", "2026-11-22T00:00:00Z", "the datastore is full")], frozenset())
    assert trouble is not None
    assert trouble.text == "claim pulsar gets no volume: the datastore is full"
    assert trouble.grace > 0


def test_a_failure_to_make_a_volume_from_before_counts_only_when_repeated() -> None:
    old = event("ProvisioningFailed", "2026-11-22T00:00:00Z")
    assert of_provisioning("pulsar", [old], frozenset({mark(old)})) is None
    assert of_provisioning("pulsar", [old | {"count": 2}], frozenset({mark(old)})) is not None


def test_a_volume_that_was_made_in_the_end_is_no_trouble() -> None:
    events = [event("ProvisioningFailed", "2026-11-22T00:00:00Z"), event("ProvisioningSucceeded", "2026-11-22T00:00:01Z")]
    assert of_provisioning("pulsar", events, frozenset()) is None


def test_only_a_pod_without_a_node_waits_for_its_claims() -> None:
    found = pod()
    found["spec"]["volumes"] = [{"name": "own", "persistentVolumeClaim": {"claimName": "pulsar"}}, {"name": "conf", "configMap": {}}]
    assert claims_of(found) == ["pulsar"]
    found["spec"]["nodeName"] = "node1"
    assert claims_of(found) == []


def test_a_deployment_tells_of_refusals_by_a_condition() -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "message": 'violates PodSecurity "restricted"'}
    trouble = of_replica_failure(REF, failure)
    assert trouble is not None
    assert "Pod Security level" in trouble.next_step


def test_without_such_a_condition_there_is_no_refusal() -> None:
    assert of_replica_failure(REF, {}) is None


@pytest.mark.parametrize(
    ("workload", "count"),
    [
        ({"kind": "StatefulSet", "spec": {"replicas": 3}}, 3),
        ({"kind": "Deployment", "spec": {}}, 1),
        ({"kind": "Deployment", "spec": {"replicas": 0}}, 0),
        ({"kind": "Job", "spec": {"parallelism": 4}}, 4),
        ({"kind": "DaemonSet", "spec": {}, "status": {"desiredNumberScheduled": 2}}, 2),
    ],
)
def test_how_many_pods_a_workload_asks_for(workload: dict[str, Any], count: int) -> None:
    assert wanted_pods(workload) == count


def test_progress_says_what_a_pod_is_doing() -> None:
    running = {"name": "broker", "state": {"running": {"startedAt": "2026-11-22T00:00:00Z"}}, "ready": False}
    assert short(pod(waiting("ContainerCreating"))) == "ContainerCreating"
    assert short(pod(running)) == "broker running, not ready"


def test_progress_says_why_a_pod_has_no_node() -> None:
    found = pod()
    found["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}]
    assert short(found) == "not scheduled: 0/3 nodes are available"
