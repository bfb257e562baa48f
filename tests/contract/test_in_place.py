"""Modules that run in the process of their task say what they say in one of their own."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import run

ROOT = Path(__file__).parents[2]
MODULES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "plugins" / "modules").glob("*.py")}
ACTIONS = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}


def test_every_module_that_can_run_in_place_is_led_there() -> None:
    assert {name for name, source in MODULES.items() if "def run(module: AnsibleModule)" in source} == ACTIONS - {"inventory"}
    assert [name for name in ACTIONS if "\nARGUMENTS: dict[str, Any] = " not in MODULES[name]] == []


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The same tasks in place, and under another name for the interpreter, which makes them processes."""
    folder = tmp_path_factory.mktemp("in-place")
    other = next(path for path in Path(sys.executable).parent.glob("python*") if str(path) != sys.executable)
    missing = str(folder / "no-kubeconfig")
    apply = {"kubeconfig": missing, "definition": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"}
    tasks: list[dict[str, Any]] = [
        {"fedfleet.federation.kube_apply": apply, "register": "applied"},
        {"fedfleet.federation.kube_info": {"kubeconfig": missing, "kind": "Pod"}, "register": "listed"},
        {"fedfleet.federation.kube_wait": {"objects": [{"kind": "Pod"}]}, "register": "refused"},
    ]
    written = folder / "{{ inventory_hostname }}.json"
    outcome = "{{ {'applied': applied, 'listed': listed, 'refused': refused} }}"
    tasks = [{**task, "ignore_errors": True} for task in tasks]
    tasks.append({"ansible.builtin.copy": {"dest": str(written), "content": outcome, "mode": "0600"}})
    play = {"hosts": "all", "gather_facts": False, "connection": "local", "tasks": tasks}
    (folder / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    hosts = {"here": {"ansible_python_interpreter": sys.executable}, "apart": {"ansible_python_interpreter": str(other)}}
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    run("ansible-playbook", "-i", str(folder / "hosts.yml"), str(folder / "play.yml"), timeout=120).expect()
    return {host: json.loads((folder / f"{host}.json").read_text(encoding="utf-8")) for host in hosts}


@pytest.mark.parametrize("task", ["applied", "listed"])
def test_both_ways_end_alike(answers: dict[str, dict[str, Any]], task: str) -> None:
    here, apart = (answers[host][task] for host in ("here", "apart"))
    assert here["failed"]
    assert "no-kubeconfig" in here["msg"]
    assert [here[name] for name in ("msg", "error", "changed")] == [apart[name] for name in ("msg", "error", "changed")]


def test_both_ways_refuse_what_is_no_option(answers: dict[str, dict[str, Any]]) -> None:
    for host in ("here", "apart"):
        assert answers[host]["refused"]["failed"]
        assert "missing required arguments: name found in objects" in answers[host]["refused"]["msg"]
