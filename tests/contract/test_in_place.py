"""Modules that run in the process of their task say what they say in one of their own."""

import json
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import BIN, run
from support.kube import local_kubeconfig

ROOT = Path(__file__).parents[2]
MODULES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "plugins" / "modules").glob("*.py")}
ROUTED = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["plugin_routing"]["modules"]
IN_PLACE = {*ROUTED, "kube_apply", "site_lock"}


def test_every_module_that_can_run_in_place_is_led_there() -> None:
    assert {name for name, source in MODULES.items() if "def run(module: AnsibleModule)" in source} == IN_PLACE
    assert {tuple(route.items()) for route in ROUTED.values()} == {(("action_plugin", "fedfleet.federation.kube_apply"),)}
    assert [name for name in IN_PLACE if "\nARGUMENTS: dict[str, Any] = " not in MODULES[name]] == []


@dataclass(frozen=True)
class Ran:
    """What each host's tasks returned, and which module files were started as processes."""

    answers: dict[str, dict[str, Any]]
    started: dict[str, set[str]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
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
    started = {}
    for host in hosts:
        told = run("ansible-playbook", "-vvv", "-l", host, "-i", str(folder / "hosts.yml"), str(folder / "play.yml"), timeout=120).expect()
        started[host] = set(re.findall(r"Using module file \S*/federation/plugins/modules/(\w+)\.py", told.output))
    return Ran({host: json.loads((folder / f"{host}.json").read_text(encoding="utf-8")) for host in hosts}, started)


def test_only_what_cannot_run_in_place_is_started(ran: Ran) -> None:
    assert ran.started == {"here": set(), "apart": {"kube_apply", "kube_info", "kube_wait"}}


@pytest.mark.parametrize("task", ["applied", "listed"])
def test_both_ways_end_alike(ran: Ran, task: str) -> None:
    here, apart = (ran.answers[host][task] for host in ("here", "apart"))
    assert here["failed"]
    assert "no-kubeconfig" in here["msg"]
    assert [here[name] for name in ("msg", "error", "changed")] == [apart[name] for name in ("msg", "error", "changed")]


def test_both_ways_refuse_what_is_no_option(ran: Ran) -> None:
    for host in ("here", "apart"):
        assert ran.answers[host]["refused"]["failed"]
        assert "missing required arguments: name found in objects" in ran.answers[host]["refused"]["msg"]


def test_a_module_does_not_outlive_a_killed_playbook(tmp_path: Path) -> None:
    """It would go on changing a site whose lock is given back."""
    with socket.create_server(("127.0.0.1", 0)) as api:
        api.settimeout(60)
        local_kubeconfig(tmp_path / "kubeconfig", api.getsockname()[1], "http")
        tasks = [{"fedfleet.federation.kube_info": {"kubeconfig": str(tmp_path / "kubeconfig"), "kind": "Pod"}}]
        play = {"hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": tasks}
        (tmp_path / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
        command = [f"{BIN}/ansible-playbook", str(tmp_path / "play.yml"), "-e", f"ansible_python_interpreter={sys.executable}"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as playbook, api.accept()[0] as asked:
            asked.settimeout(20)
            assert asked.recv(1000)
            playbook.kill()
            # The module waits for an answer for a minute; the kernel hangs up for it at once.
            assert asked.recv(1000) == b""
