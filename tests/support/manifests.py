"""What roles would apply, for tests that hold it against what it shall be."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from support.commands import ROOT, run

Manifests = list[dict[str, Any]]

# What every inventory says.
SITE = {
    "federation_name": "demo",
    "federation_domain": "fed.example.org",
    "fedfleet_registry": "registry.example.org",
}


def read(text: str) -> Manifests:
    """The objects of a YAML text."""
    return [one for one in yaml.safe_load_all(text) if one]


def render(role: str, template: str, variants: Mapping[str, Mapping[str, Any]], folder: Path) -> dict[str, Manifests]:
    """What a role's template gives with its defaults and the variables of each variant, in one run of Ansible in an empty folder."""
    (folder / "templates").symlink_to(ROOT / "roles" / role / "templates")
    plays = [
        {
            "name": f"Render {name}",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars_files": [str(ROOT / "roles" / role / "defaults" / "main.yml")],
            "tasks": [
                {
                    "name": "Render",
                    "ansible.builtin.copy": {
                        "content": f"{{{{ lookup('ansible.builtin.template', '{template}') }}}}",
                        "dest": str(folder / f"{name}.yml"),
                        "mode": "0600",
                    },
                    # Of all variables a task's come before the files'.
                    "vars": SITE | {"ansible_python_interpreter": "{{ ansible_playbook_python }}"} | dict(variables),
                }
            ],
        }
        for name, variables in variants.items()
    ]
    playbook = folder / "play.yml"
    playbook.write_text(json.dumps(plays))
    run("ansible-playbook", "-i", "localhost,", str(playbook), timeout=120).expect()
    return {name: read((folder / f"{name}.yml").read_text()) for name in variants}


def workloads(manifests: Manifests) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and pod template of every workload."""
    for one in manifests:
        if one["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job"}:
            yield one["metadata"]["name"], one["spec"]["template"]


def containers(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Every container of a pod, those that run before the others included."""
    return [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]


def named(manifests: Manifests, kind: str, name: str) -> dict[str, Any]:
    """The one object of that kind and name."""
    (found,) = [one for one in manifests if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


def names(manifests: Manifests, kind: str) -> set[str]:
    """The names of all objects of a kind."""
    return {one["metadata"]["name"] for one in manifests if one["kind"] == kind}
