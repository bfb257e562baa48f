"""Roles name images by the digests that pushing wrote down, and take nothing else into production."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedfleet.federation.images import Pin, render_pins
from fedfleet.images.catalogue import load
from support.commands import run

REGISTRY = "images.example.org"
DIGEST = "sha256:" + "ab" * 32
OWN = f"elsewhere.example.org/fateboard@{DIGEST}"
SITE = {
    "federation_name": "demo",
    "federation_domain": "fed.example.org",
    "fedfleet_registry": REGISTRY,
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
EXCHANGE = SITE | {"role": "exchange", "entry": "images", "shown": "exchange_nginx_image"}
PARTY = SITE | {"role": "fate", "entry": "images", "shown": "fate_image_flow", "party_id": 30000}
INGRESS = SITE | {"role": "ingress", "entry": "preflight", "shown": "ingress_image"}
PRODUCTION = {"site_profile": "production"}
PINNED = {"fedfleet_image_digests_file": "{{ playbook_dir }}/images.yml"}

CASES: dict[str, dict[str, Any]] = {
    "an exchange in production": EXCHANGE | PRODUCTION | PINNED,
    "a party in production": PARTY | PRODUCTION | PINNED,
    "an ingress in production": INGRESS | PRODUCTION | PINNED,
    "a board of the site's own": PARTY | PRODUCTION | PINNED | {"fate_image_board": OWN},
    "an exchange in a pilot": EXCHANGE | {"site_profile": "pilot"},
    "a pilot that pins": PARTY | {"site_profile": "pilot"} | PINNED,
    "tags in production: exchange": EXCHANGE | PRODUCTION,
    "tags in production: party": PARTY | PRODUCTION,
    "tags in production: ingress": INGRESS | PRODUCTION,
    "a tagged board in production": PARTY | PRODUCTION | PINNED | {"fate_image_board": "elsewhere.example.org/fateboard:2.1.1"},
    "only what runs": PARTY | PRODUCTION | {"fate_profile": "standalone", "fate_notebook": False},
    "a file that is not there": EXCHANGE | PRODUCTION | {"fedfleet_image_digests_file": "/nowhere/images.yml"},
    "a file of another release": EXCHANGE | {"fedfleet_image_digests_file": "{{ playbook_dir }}/former.yml"},
    "a file that is none": EXCHANGE | {"fedfleet_image_digests_file": "{{ playbook_dir }}/none.yml"},
}


def play(name: str, variables: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Let a role look at its images, and write down what became of it."""
    outcome = {
        "image": "{{ lookup('ansible.builtin.vars', shown) if failed is not defined else '' }}",
        "said": "{{ failed | default('') }}",
    }
    written = {"content": "{{ outcome | to_json }}", "dest": str(folder / f"{name}.json"), "mode": "0644"}
    include = {"name": f"fedfleet.federation.{variables['role']}", "tasks_from": variables["entry"], "public": True}
    return {
        "name": name,
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": variables | {"outcome": outcome},
        "tasks": [
            {
                "name": "Look",
                "block": [
                    {"name": "Look", "ansible.builtin.include_role": include},
                    {
                        "name": "Name",
                        "ansible.builtin.assert": {"that": "lookup('ansible.builtin.vars', shown) | length > 0", "quiet": True},
                    },
                ],
                "rescue": [{"name": "Keep", "ansible.builtin.set_fact": {"failed": "{{ ansible_failed_result.msg }}"}}],
            },
            {"name": "Write", "ansible.builtin.copy": written},
            {"name": "Forget", "ansible.builtin.meta": "clear_facts"},
        ],
    }


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What became of every case, in one run of Ansible."""
    folder = tmp_path_factory.mktemp("image-digests")
    pins = [Pin("pushed.example.org", image.name, image.version, DIGEST) for image in load().images]
    (folder / "images.yml").write_text(render_pins(pins))
    (folder / "former.yml").write_text(render_pins([Pin("pushed.example.org", "nginx", "1.18", DIGEST)]))
    (folder / "none.yml").write_text("images:\n  nginx: nginx:latest\n")
    playbook = folder / "play.yml"
    playbook.write_text(yaml.safe_dump([play(name, variables, folder) for name, variables in CASES.items()]))
    run("ansible-playbook", "-i", "localhost,", str(playbook), timeout=300).expect()
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in CASES}


@pytest.mark.parametrize(
    ("case", "image"),
    [
        ("an exchange in production", f"{REGISTRY}/fedfleet/nginx:1.22@{DIGEST}"),
        ("a party in production", f"{REGISTRY}/fedfleet/fate:2.2.0@{DIGEST}"),
        ("an ingress in production", f"{REGISTRY}/fedfleet/traefik:3.4.0@{DIGEST}"),
        ("a board of the site's own", f"{REGISTRY}/fedfleet/fate:2.2.0@{DIGEST}"),
        ("an exchange in a pilot", f"{REGISTRY}/fedfleet/nginx:1.22"),
        ("a pilot that pins", f"{REGISTRY}/fedfleet/fate:2.2.0@{DIGEST}"),
    ],
)
def test_an_image_is_named_as_the_site_asks(outcomes: dict[str, dict[str, str]], case: str, image: str) -> None:
    assert outcomes[case] == {"image": image, "said": ""}


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("tags in production: exchange", "found by tag alone: exchange_nginx_image, exchange_traffic_server_image."),
        ("tags in production: party", "fate_image_database, fate_image_flow, fate_image_hdfs"),
        ("tags in production: ingress", "found by tag alone: ingress_image."),
        ("a tagged board in production", "found by tag alone: fate_image_board."),
        ("only what runs", "found by tag alone: fate_image_database, fate_image_flow, fate_image_nginx, fate_image_pulsar."),
        ("tags in production: exchange", f"`fedfleet images push --registry {REGISTRY} --digests-file FILE`"),
        ("a file that is not there", "The file of image digests cannot be read"),
        ("a file of another release", "expected version 1.22, which this release of FedFleet runs, found 1.18"),
        ("a file that is none", "expected nginx: REGISTRY/fedfleet/nginx:VERSION@sha256:DIGEST, found nginx:latest"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(outcomes: dict[str, dict[str, str]], case: str, sentence: str) -> None:
    assert sentence in outcomes[case]["said"]
