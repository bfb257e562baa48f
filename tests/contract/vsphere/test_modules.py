"""The modules for vCenter: options from defaults and environment, plans, diffs, and no password anywhere."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.fedfleet.federation.plugins.plugin_utils.in_place import Ended, ModuleHere
from support.answering_server import Says, Told, serving
from support.commands import run

ROOT = Path(__file__).parents[3]
RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
CLASS = {
    "id": "fl",
    "cpu_count": 2,
    "memory_MB": 4096,
    "description": "",
    "namespaces": [],
    "vms": [],
    "config_status": "READY",
    "messages": [],
}
CLASSES = "/api/vcenter/namespace-management/virtual-machine-classes"
NAMESPACE = {
    "config_status": "RUNNING",
    "messages": [{"severity": "WARNING", "details": {"id": "x", "default_message": "nearly full", "args": []}}],
    "stats": {"cpu_used": 0, "memory_used": 0, "storage_used": 0},
    "description": "as it is",
    "access_list": [],
    "storage_specs": [],
}


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with serving(tmp_path) as server:
        yield server


def ended(told: Told, folder: Path, name: str, /, *, check: bool = False, **options: Any) -> dict[str, Any]:
    """What a module returns, run as it is inside of its task."""
    module = importlib.import_module(f"ansible_collections.fedfleet.federation.plugins.modules.{name}")
    connection = {"hostname": "127.0.0.1", "username": "dev", "password": "s3cret", "port": told.port, "ca_file": str(folder / "ca.pem")}
    defaults = {option: facts.get("default") for option, facts in module.ARGUMENTS.items()}
    with pytest.raises(Ended) as caught:
        module.run(ModuleHere(defaults | connection | options, check_mode=check, diff=True))
    assert "s3cret" not in json.dumps(caught.value.result)
    return dict(caught.value.result)


def test_the_group_of_defaults_has_every_module_for_vsphere() -> None:
    modules = (path for path in (ROOT / "plugins" / "modules").glob("*.py") if "module_utils.vsphere" in path.read_text(encoding="utf-8"))
    assert RUNTIME["action_groups"]["vsphere"] == sorted(path.stem for path in modules)


def test_a_plan_shows_the_difference_and_changes_nothing(told: Told, tmp_path: Path) -> None:
    told.say("GET", f"{CLASSES}/fl", Says(200, CLASS))
    result = ended(told, tmp_path, "vm_class", check=True, name="fl", memory_mb=8192)
    assert (result["changed"], result["diff"]["before"]["memory_mb"], result["diff"]["after"]["memory_mb"]) == (True, 4096, 8192)
    assert {one.method for one in told.requests()} == {"GET"}
    assert isinstance(result["seconds"], float)


def test_what_is_so_already_is_no_change(told: Told, tmp_path: Path) -> None:
    told.say("GET", f"{CLASSES}/fl", Says(200, CLASS))
    result = ended(told, tmp_path, "vm_class", name="fl", memory_mb=4096)
    assert not result["changed"]
    assert "diff" not in result


def test_what_vcenter_says_of_a_namespace_is_a_warning(told: Told, tmp_path: Path) -> None:
    info = {"name": "sup", "config_status": "RUNNING", "kubernetes_status": "READY", "APIEndpoint": "10.0.0.8"}
    told.say("GET", "/api/vcenter/namespace-management/supervisors/summaries", Says(200, {"items": [{"supervisor": "s-1", "info": info}]}))
    told.say("GET", "/api/vcenter/namespaces/instances/v2/ns", Says(200, NAMESPACE))
    result = ended(told, tmp_path, "namespace", name="ns", description="as it is")
    assert not result["changed"]
    assert result["warnings"] == ["namespace ns: WARNING: nearly full"]


def test_a_refusal_is_told_in_sentences_and_fields(told: Told, tmp_path: Path) -> None:
    refused = {"error_type": "RESOURCE_IN_USE", "messages": [{"id": "x", "default_message": "3 machines use it", "args": []}]}
    told.say("GET", f"{CLASSES}/fl", Says(200, CLASS))
    told.say("DELETE", f"{CLASSES}/fl", Says(400, refused))
    result = ended(told, tmp_path, "vm_class", name="fl", state="absent")
    assert result["failed"]
    assert result["error"]["error_type"] == "RESOURCE_IN_USE"
    assert "3 machines use it" in result["msg"]


def test_no_vcenter_is_told_with_the_variables_that_name_one(told: Told, tmp_path: Path) -> None:
    result = ended(told, tmp_path, "supervisor_info", hostname=None)
    assert "VCENTER_HOST" in result["msg"]
    assert told.asked == []


def test_defaults_of_the_group_and_the_tasks_environment_reach_a_module(told: Told, tmp_path: Path) -> None:
    told.say("GET", CLASSES, Says(200, [CLASS]))
    plays = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "module_defaults": {"group/fedfleet.federation.vsphere": {"hostname": "127.0.0.1", "port": told.port, "username": "dev"}},
            "environment": {"VCENTER_PASSWORD": "s3cret", "VCENTER_CA": str(tmp_path / "ca.pem")},
            "tasks": [
                {"fedfleet.federation.vm_class_info": {}, "register": "classes"},
                {"ansible.builtin.copy": {"dest": str(tmp_path / "classes.json"), "content": "{{ classes }}", "mode": "0600"}},
            ],
        }
    ]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(plays), encoding="utf-8")
    run("ansible-playbook", str(tmp_path / "play.yml"), "-e", f"ansible_python_interpreter={sys.executable}", timeout=120).expect()
    result = json.loads((tmp_path / "classes.json").read_text(encoding="utf-8"))
    assert result["vm_classes"][0]["memory_mb"] == 4096
    assert [one.path for one in told.requests()] == [CLASSES]
