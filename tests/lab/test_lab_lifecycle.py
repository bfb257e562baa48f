"""A lab comes up, is cycled like real machines are, heals, and goes without a trace."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.commands import BIN, run
from support.guardian import Guardian
from support.lab import COLD_SECONDS, RunningLab
from support.machine_state import difference, machine_state, processes_mentioning

NETWORKS = {"cycle": "10.95.0.0/16", "trace": "10.96.0.0/16"}
# Any image with a shell does.
IMAGE = "registry.lab:5000/fedfleet/nginx:1.22"
WARM_SECONDS = 60

# Says good-bye when it is asked to end, and remembers in its volume how often it was started.
SCRIPT = 'echo start >> /data/starts; trap "echo bye >> /data/byes; exit 0" TERM; echo ready; while :; do sleep 1 & wait $!; done'
DAEMON_SET = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "witness", "namespace": "default"},
    "spec": {
        "selector": {"matchLabels": {"app": "witness"}},
        "template": {
            "metadata": {"labels": {"app": "witness"}},
            "spec": {
                "terminationGracePeriodSeconds": 5,
                "containers": [
                    {
                        "name": "witness",
                        "image": IMAGE,
                        "command": ["sh", "-c", SCRIPT],
                        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                    }
                ],
                "volumes": [{"name": "data", "emptyDir": {}}],
            },
        },
    },
}


@contextmanager
def throw_away(name: str) -> Iterator[RunningLab]:
    lab = RunningLab(name, NETWORKS[name])
    with Guardian([str(BIN / "fedfleet"), "lab", "down", "--name", name, "--network", lab.network]):
        lab.fedfleet("lab", "down").expect()
        try:
            yield lab
        finally:
            lab.fedfleet("lab", "down").expect()


@pytest.fixture(scope="module")
def cycled() -> Iterator[RunningLab]:
    """A lab of two nodes with a witness on each, to be mistreated."""
    with throw_away("cycle") as lab:
        lab.fedfleet("lab", "up", "--nodes", "2", timeout=COLD_SECONDS).expect()
        registry = status(lab)["parts"]["registry"]["address"]
        if httpx.get(f"http://{registry}/v2/fedfleet/nginx/tags/list", trust_env=False).is_error:
            lab.fedfleet("images", "build", "nginx", "--registry", registry, "--plain-http", timeout=COLD_SECONDS).expect()
        applied = kubectl(lab, "apply", "-f", "-", stdin=json.dumps(DAEMON_SET))
        assert "witness" in applied
        kubectl(lab, "rollout", "status", "daemonset/witness", "--timeout=120s")
        yield lab


def kubectl(lab: RunningLab, *args: str, stdin: str | None = None) -> str:
    if stdin is None:
        return lab.fedfleet("lab", "kubectl", "--", *args).expect().output
    path = lab.cache / "lab" / lab.name / "stdin.json"
    path.write_text(stdin)
    return lab.fedfleet("lab", "kubectl", "--", *(str(path) if arg == "-" else arg for arg in args)).expect().output


def witness(lab: RunningLab, node: str) -> dict[str, Any]:
    pods = json.loads(kubectl(lab, "get", "pods", "-l", "app=witness", "-o", "json"))["items"]
    return next(pod for pod in pods if pod["spec"]["nodeName"] == node)


def restarts(lab: RunningLab, node: str) -> int:
    return int(witness(lab, node)["status"]["containerStatuses"][0]["restartCount"])


def witnessed(lab: RunningLab, node: str, what: str) -> int:
    """Return how often the node's witness wrote a line; its volume is on the node's disk."""
    pod = witness(lab, node)["metadata"]["uid"]
    path = f"/var/lib/kubelet/pods/{pod}/volumes/kubernetes.io~empty-dir/data/{what}"
    return lab.fedfleet("lab", "exec", node, "--", "sh", "-c", f"cat {path} 2>/dev/null || true").expect().output.count("\n")


def status(lab: RunningLab) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lab.fedfleet("lab", "status", "--json").output)
    return found


def eventually(holds: Callable[[], bool], what: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.5)


def processes(lab: RunningLab) -> list[int]:
    """Return the numbers of all processes of a lab, by the tag that they all carry."""
    tag = f"FEDFLEET_LAB_PROCESS={lab.cache}/lab/{lab.name}#".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if tag in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_status_tells_programs_that_all_is_well(cycled: RunningLab) -> None:
    found = status(cycled)
    assert found["ok"]
    assert {name: node["ready"] for name, node in found["parts"]["nodes"].items() if name.startswith("node")} == {
        "node1": True,
        "node2": True,
    }
    assert Path(found["kubeconfig"]).stat().st_mode & 0o077 == 0


def test_up_again_changes_nothing_and_takes_seconds(cycled: RunningLab) -> None:
    before = sorted(processes(cycled))
    again = cycled.fedfleet("lab", "up").expect()
    daemons = {pid for pid in before if Path(f"/proc/{pid}").exists()}
    assert again.seconds < WARM_SECONDS
    assert len(daemons) >= len(before) - 2, "a daemon was started anew"


def test_logs_exec_and_copies_reach_into_pods(cycled: RunningLab) -> None:
    pod = witness(cycled, "node1")["metadata"]["name"]
    assert "ready" in kubectl(cycled, "logs", pod)
    assert kubectl(cycled, "exec", pod, "--", "cat", "/proc/1/comm").strip() == "sh"
    assert "node1/kubelet" in cycled.fedfleet("lab", "logs").expect().output
    assert cycled.fedfleet("lab", "logs", "node1/kubelet", "--tail", "5").expect().output.count("\n") == 5


def test_nobody_rules_without_a_certificate(cycled: RunningLab) -> None:
    url = f"https://{cycled.network.replace('0.0/16', '0.1')}:6443/api/v1/secrets"
    # Whoever answers: an asker without a certificate knows no authority either.
    assert httpx.get(url, verify=False, trust_env=False).status_code == httpx.codes.UNAUTHORIZED  # noqa: S501


def test_a_kubelet_cannot_touch_another_node(cycled: RunningLab) -> None:
    config = f"{cycled.cache}/lab/{cycled.name}/nodes/node1/config/kubelet.kubeconfig"
    argv = ("lab", "kubectl", "--", f"--kubeconfig={config}", "label", "node")
    assert cycled.fedfleet(*argv, "node1", "mine=yes").returncode == 0
    refused = cycled.fedfleet(*argv, "node2", "mine=no")
    assert refused.returncode != 0
    assert "forbidden" in refused.output


def test_nothing_leaves_the_lab_for_the_world(cycled: RunningLab) -> None:
    asked = cycled.fedfleet("lab", "exec", "node1", "--", "ip", "route", "get", "192.0.2.1")
    assert asked.returncode != 0
    assert "No route to host" in asked.output


def test_a_node_that_is_shut_down_lets_its_containers_end(cycled: RunningLab) -> None:
    byes, starts, count = (witnessed(cycled, "node2", "byes"), witnessed(cycled, "node2", "starts"), restarts(cycled, "node2"))
    cycled.fedfleet("lab", "node", "stop", "node2").expect()
    assert status(cycled)["parts"]["nodes"]["node2"]["power"] == "off"
    cycled.fedfleet("lab", "node", "start", "node2").expect()
    eventually(lambda: restarts(cycled, "node2") == count + 1, "the witness was started again")
    eventually(lambda: witnessed(cycled, "node2", "starts") == starts + 1, "its volume is what it was")
    assert witnessed(cycled, "node2", "byes") == byes + 1


def test_a_node_that_loses_power_loses_everything_but_its_disk(cycled: RunningLab) -> None:
    byes, starts = witnessed(cycled, "node2", "byes"), witnessed(cycled, "node2", "starts")
    cycled.fedfleet("lab", "node", "crash", "node2").expect()
    assert status(cycled)["parts"]["nodes"]["node2"]["power"] == "off"
    assert f"ff-{cycled.name}-n2" not in machine_state()["links"]
    started = cycled.fedfleet("lab", "node", "start", "node2").expect()
    assert started.seconds < WARM_SECONDS
    eventually(lambda: witnessed(cycled, "node2", "starts") == starts + 1, "the witness runs again on the same disk")
    assert witnessed(cycled, "node2", "byes") == byes


def test_a_killed_kubelet_is_started_again_by_its_node(cycled: RunningLab) -> None:
    find = ("lab", "exec", "node1", "--", "sh", "-c", "ps -C kubelet -o pid= | tr -d ' '")
    before = cycled.fedfleet(*find).expect().output.strip()
    cycled.fedfleet("lab", "exec", "node1", "--", "kill", "-9", before).expect()
    eventually(lambda: cycled.fedfleet(*find).output.strip() not in ("", before), "another kubelet runs", seconds=30)


def test_up_heals_a_lab_whose_every_process_was_killed(cycled: RunningLab) -> None:
    starts = witnessed(cycled, "node1", "starts")
    while found := processes(cycled):
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
    healed = cycled.fedfleet("lab", "up").expect()
    assert healed.seconds < WARM_SECONDS
    assert status(cycled)["ok"]
    eventually(lambda: witnessed(cycled, "node1", "starts") == starts + 1, "the witness runs again")


def test_up_heals_a_lab_whose_network_was_taken_away(cycled: RunningLab) -> None:
    run("ip", "link", "delete", f"ff-{cycled.name}").expect()
    cycled.fedfleet("lab", "up").expect()
    assert status(cycled)["ok"]


def test_a_warm_lab_is_up_within_a_minute_and_gone_without_a_trace() -> None:
    with throw_away("trace") as lab, no_trace(lab):
        up = lab.fedfleet("lab", "up", "--nodes", "3").expect()
        assert up.seconds <= WARM_SECONDS, up.output
        lab.fedfleet("lab", "node", "crash", "node3").expect()
        lab.fedfleet("lab", "down").expect()


def test_a_lab_that_was_killed_halfway_up_goes_without_a_trace() -> None:
    with throw_away("trace") as lab, no_trace(lab):
        run("timeout", "--signal=KILL", "9", str(BIN / "fedfleet"), "lab", "up", "--nodes", "2", env=lab.environment)
        for pid in processes(lab)[::2]:
            os.kill(pid, signal.SIGKILL)
        lab.fedfleet("lab", "down").expect()


@pytest.mark.nightly
def test_a_build_that_goes_on_does_not_keep_a_lab_from_going() -> None:
    with throw_away("trace") as lab, no_trace(lab):
        lab.fedfleet("lab", "up", "--nodes", "1").expect()
        # What builders of images do: a mount namespace with private copies of all mounts.
        with subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sleep", "600"]) as builder:
            try:
                eventually(lambda: Path(f"/proc/{builder.pid}/comm").read_text() == "sleep\n", "the builder works")
                assert f"/lab/{lab.name}/" in Path(f"/proc/{builder.pid}/mountinfo").read_text()
                lab.fedfleet("lab", "down").expect()
                assert f"/lab/{lab.name}/" not in Path(f"/proc/{builder.pid}/mountinfo").read_text()
            finally:
                builder.kill()


def test_an_interrupted_up_is_carried_on() -> None:
    with throw_away("trace") as lab:
        stopped = run("timeout", "--signal=INT", "6", str(BIN / "fedfleet"), "lab", "up", "--nodes", "1", env=lab.environment)
        assert "carries on" in stopped.output
        lab.fedfleet("lab", "up", "--nodes", "1").expect()
        assert status(lab)["ok"]


@contextmanager
def no_trace(lab: RunningLab) -> Iterator[None]:
    """Hold the machine after what happens here against the machine before."""
    others = [folder.name for folder in (lab.cache / "lab").glob("*/") if folder.name != lab.name]
    spared = [part for name in others for part in (f"/fedfleet-lab/{name}", f"{lab.cache}/lab/{name}/", f"ff-{name}-")]
    # Builds of images, runs of playbooks and browsers are no lab's.
    spared += [f"{lab.cache}/buildah/", *(f"/fedfleet-{kind}-" for kind in ("browser", "progress", "run"))]
    before = machine_state()
    yield
    deadline = time.monotonic() + 20
    while (left := difference(before, machine_state(), spared)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left == {}
    assert processes_mentioning(f"{lab.cache}/lab/{lab.name}") == []
    assert not (lab.cache / "lab" / lab.name).exists()
