"""What a release consists of works on a machine that has nothing else."""

import re
import tomllib

import pytest

from package.conftest import Built, Clean, wanted_ansible
from support.commands import ROOT

NAME = "fedfleet.federation"
SITE = ("--party-id", "30000", "--organisation", "Clinic", "--federation", "trial", "--domain", "fate.example.org")
PLACES = (
    "--registry",
    "registry.example.org",
    "--storage-class",
    "fast",
    "--ingress-domain",
    "example.org",
    "--kubeconfig",
    "/nowhere/kubeconfig",
)


@pytest.fixture(scope="module")
def tarball(built: Built, clean: Clean) -> Clean:
    """The same environment, with the collection's own archive installed over what the wheel brings."""
    target = str(clean.folder / "collections")
    clean.run("ansible-galaxy", "collection", "install", "--offline", "--force", "-p", target, str(built.collection)).expect()
    return clean


def test_the_environment_is_the_one_asked_for(clean: Clean) -> None:
    installed = clean.run("pip", "list", "--format", "freeze").expect().output
    if "==" in (wanted := wanted_ansible()):
        assert wanted in installed
    assert str(ROOT) not in clean.run("python", "-c", "import sys, fedfleet; print(sys.path, fedfleet.__file__)").expect().output
    clean.run("pip", "check").expect()


def test_the_command_works(clean: Clean) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert clean.run("fedfleet", "--version").expect().output == f"fedfleet {version}\n"
    told = clean.run("fedfleet", "--help").expect().output
    # The lab is a distribution of its own.
    assert re.search(r"\blab\b", told) is None
    assert [command for command in ("init", "run", "check", "report", "images", "workload", "job") if command not in told] == []


def test_a_new_inventory_meets_the_missing_cluster_with_a_sentence(clean: Clean) -> None:
    clean.run("fedfleet", "init", "clinic", *SITE, *PLACES).expect()
    played = clean.run("ansible-playbook", f"{NAME}.preflight", "-i", "clinic/hosts.yml").expect(2).output
    assert "There is no kubeconfig" in played
    assert "/nowhere/kubeconfig" in played


def test_the_archive_is_found_before_what_the_wheel_brings(tarball: Clean) -> None:
    listed = tarball.run("ansible-galaxy", "collection", "list", NAME, "-p", str(tarball.folder / "collections")).expect().output
    assert str(tarball.folder / "collections") in listed
    assert "apply" in tarball.run("ansible-doc", "-M", str(tarball.folder), f"{NAME}.kube_apply").expect().output


def test_the_archive_carries_what_the_wheel_does_not_replace(tarball: Clean) -> None:
    root = tarball.folder / "collections" / "ansible_collections" / "fedfleet" / "federation"
    assert [part for part in ("MANIFEST.json", "README.md", "meta", "playbooks", "plugins", "roles") if not (root / part).exists()] == []
    assert [part for part in ("tests", "src", "lab", "inventories", "images", ".ci") if (root / part).exists()] == []
