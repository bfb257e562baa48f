"""The execution environment is one that ansible-builder takes, with the versions that the project takes."""

import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

from support.commands import ROOT, run

DEFINITION = ROOT / "execution-environment.yml"


def test_ansible_builder_makes_a_build_of_it(tmp_path: Path) -> None:
    run("ansible-builder", "create", "--file", str(DEFINITION), "--context", str(tmp_path), "--output-filename", "Containerfile").expect()
    steps = (tmp_path / "Containerfile").read_text(encoding="utf-8")
    assert "python:3.12-slim-bookworm" in steps
    assert "fedfleet[workload]" in (tmp_path / "_build" / "requirements.txt").read_text(encoding="utf-8")


def test_it_takes_the_versions_that_the_package_takes() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ranges = {each.name: each.specifier for each in map(Requirement, declared["dependencies"])}
    wanted = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))["dependencies"]
    for name in ("ansible_core", "ansible_runner"):
        requirement = Requirement(wanted[name]["package_pip"])
        assert requirement.specifier == ranges[requirement.name]


def test_an_environment_with_the_collection_gets_the_package() -> None:
    named = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text(encoding="utf-8"))["dependencies"]["python"]
    assert (ROOT / named).read_text(encoding="utf-8").split() == ["fedfleet[workload]"]
