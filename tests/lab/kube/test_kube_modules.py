"""The modules as a task uses them: changes, check mode, diff, waits, and failures that say what to do."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedfleet.kube import Client
from support.commands import run
from support.kube import config_map, container, workload
from support.lab import RunningLab

Task = Callable[..., dict[str, Any]]
SECRET = "correct horse battery staple"


@pytest.fixture
def task(lab: RunningLab) -> Task:
    """Runs one task with a module of ours on the lab; returns its result, and all that was shown as ``shown``."""

    def act(module: str, *flags: str, progress: Path | None = None, **arguments: Any) -> dict[str, Any]:
        host = ("localhost", "-i", "localhost,", "-c", "local", "-e", "ansible_python_interpreter={{ ansible_playbook_python }}")
        given = json.dumps({"kubeconfig": str(lab.kubeconfig)} | arguments)
        environment = {"FEDFLEET_PROGRESS": str(progress or ""), "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
        finished = run("ansible", *host, "-m", f"fedfleet.federation.{module}", "-a", given, *flags, env=environment)
        told = re.search(r"^localhost \| \S+ => ", finished.output, re.MULTILINE)
        assert told, finished.output
        result: dict[str, Any] = json.JSONDecoder().raw_decode(finished.output[told.end() :])[0]
        return {"shown": finished.output, "ended": finished.returncode} | result

    return act


def as_text(*objects: dict[str, Any]) -> str:
    return "\n---\n".join(yaml.safe_dump(definition) for definition in objects)


def secret(namespace: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": namespace}, "stringData": {"password": SECRET}}


def test_a_rendered_text_is_applied_once(task: Task, namespace: str) -> None:
    text = as_text(config_map("a", namespace, x="1"), config_map("b", namespace, x="1"))
    first, second = task("kube_apply", definition=text), task("kube_apply", definition=text)
    assert (first["changed"], first["counts"]) == (True, {"created": 2})
    assert (second["changed"], second["counts"]) == (False, {"unchanged": 2})


def test_what_leaves_a_set_is_pruned(task: Task, namespace: str) -> None:
    fleet = {"name": "fleet", "namespace": namespace}
    task("kube_apply", definition=[config_map("a", namespace), config_map("b", namespace)], apply_set=fleet)
    result = task("kube_apply", definition=[config_map("a", namespace)], apply_set=fleet)
    assert result["objects"][-1] == {"kind": "ConfigMap", "namespace": namespace, "name": "b", "action": "pruned", "taken_over": []}


def test_what_is_taken_back_from_a_person_is_told(task: Task, client: Client, namespace: str) -> None:
    fleet = {"name": "fleet", "namespace": namespace}
    task("kube_apply", definition=[config_map("a", namespace, x="1")], apply_set=fleet)
    client.apply([config_map("a", namespace, x="9")], manager="kubectl", force=True)
    result = task("kube_apply", "--diff", definition=[config_map("a", namespace, x="1")], apply_set=fleet)
    assert result["objects"][0]["taken_over"] == [{"field": ".data.x", "manager": "kubectl"}]
    assert ".data.x is taken back from kubectl" in result["shown"]
    assert ".data.x had been changed by kubectl" in " ".join(result["shown"].split())


def test_check_mode_tells_the_same_and_changes_nothing(task: Task, client: Client, namespace: str) -> None:
    result = task("kube_apply", "--check", definition=[config_map("a", namespace)])
    assert (result["changed"], result["counts"]) == (True, {"created": 1})
    assert client.get("ConfigMap", "a", namespace) is None


def test_a_diff_shows_lines_and_no_secret_is_shown_anywhere(task: Task, client: Client, namespace: str) -> None:
    client.apply([config_map("a", namespace, x="1")])
    result = task("kube_apply", "--diff", "-vvv", definition=as_text(config_map("a", namespace, x="2"), secret(namespace)))
    assert "-  x: '1'\n+  x: '2'" in result["shown"]
    assert SECRET not in result["shown"]
    assert base64.b64encode(SECRET.encode()).decode() not in result["shown"]


def test_waiting_tells_progress_and_returns_what_is_ready(task: Task, client: Client, namespace: str, tmp_path: Path) -> None:
    task("kube_apply", definition=[workload("Deployment", "d", namespace)], wait=True, progress=tmp_path / "progress")
    assert f"waiting for deployment {namespace}/d" in (tmp_path / "progress").read_text()
    found = client.get("Deployment", "d", namespace)
    assert found is not None
    assert found["status"]["readyReplicas"] == 1


def test_a_failure_says_what_is_wrong_and_what_to_do(task: Task, namespace: str) -> None:
    broken = workload("Deployment", "d", namespace, container("registry.lab:5000/UPPER:1"))
    result = task("kube_apply", definition=[broken], wait=True)
    assert result["ended"] == 2
    assert "InvalidImageName" in result["error"]["found"]
    assert "Check the image's name" in result["msg"]
    assert "Scheduled" in result["error"]["events"]


def test_an_unknown_context_fails_with_those_there_are(task: Task, lab: RunningLab) -> None:
    result = task("kube_info", kind="Node", context="production")
    assert result["ended"] == 2
    assert f"one of its contexts: fedfleet-{lab.name}." in result["msg"]


def test_objects_are_read_by_name_and_by_label(task: Task, client: Client, namespace: str) -> None:
    labelled = config_map("a", namespace)
    labelled["metadata"]["labels"] = {"colour": "red"}
    client.apply([labelled, config_map("b", namespace)])
    by_name = task("kube_info", kind="ConfigMap", namespace=namespace, name="b")
    by_label = task("kube_info", kind="cm", namespace=namespace, label_selectors=["colour=red"])
    none = task("kube_info", kind="ConfigMap", namespace=namespace, name="absent")
    assert [[obj["metadata"]["name"] for obj in each["resources"]] for each in (by_name, by_label, none)] == [["b"], ["a"], []]


def test_the_presence_of_a_secret_is_told_without_its_values(task: Task, client: Client, namespace: str) -> None:
    client.apply([secret(namespace)])
    found = task("kube_info", kind="Secret", namespace=namespace, name="s", metadata_only=True)["resources"]
    assert [sorted(obj) for obj in found] == [["apiVersion", "kind", "metadata"]]


def test_waiting_for_what_another_task_applied(task: Task, client: Client, namespace: str) -> None:
    client.apply([workload("StatefulSet", "s", namespace)])
    result = task("kube_wait", objects=[{"kind": "StatefulSet", "name": "s", "namespace": namespace}], timeout=60)
    assert not result["changed"]
    client.delete("StatefulSet", "s", namespace)
    gone = task("kube_wait", objects=[{"kind": "StatefulSet", "name": "s", "namespace": namespace}], state="absent", timeout=60)
    assert gone["ended"] == 0


def test_a_set_is_taken_away_and_then_there_is_nothing_to_do(task: Task, client: Client, namespace: str) -> None:
    fleet = {"name": "fleet", "namespace": namespace}
    task("kube_apply", definition=[config_map("a", namespace)], apply_set=fleet)
    first, second = (task("kube_apply", state="absent", apply_set=fleet, wait=True) for _ in range(2))
    assert (first["changed"], second["changed"]) == (True, False)
    assert client.get("ConfigMap", "a", namespace) is None
