"""Promises the repository makes as a whole: what is documented is so, and nothing of a developer's machine is in it."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from generator.pages import REFERENCE, render_reference, stale_pages

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir())

# Hosts that serve packages or images, and proxies before them: a checkout must not depend on anyone's.
REGISTRY = re.compile(r"https?://[a-z0-9.-]*(registry|proxy|repo|pypi|crates|mirror|deb)[a-z0-9.-]*[/:]")
HOME = re.compile(rf"({re.escape(str(ROOT.parent))}|{re.escape(str(Path.home()))})/")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def tracked() -> list[Path]:
    """Return the files of the repository that git knows and that are there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """Return a file's text, or nothing for one that is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def specs_of(role: Path) -> dict[str, dict[str, Any]]:
    """Return the options of all entry points of a role, by name."""
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    return {name: option for spec in specs.values() for name, option in (spec.get("options") or {}).items()}


def defaults_of(role: Path) -> dict[str, Any]:
    """Return a role's defaults, by name."""
    path = role / "defaults" / "main.yml"
    return (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
class TestRole:
    def test_every_default_is_specified(self, role: Path) -> None:
        assert sorted(set(defaults_of(role)) - set(specs_of(role))) == []

    def test_every_option_has_a_default_or_is_required(self, role: Path) -> None:
        optional = {name for name, option in specs_of(role).items() if not option.get("required")}

        assert sorted(optional - set(defaults_of(role))) == []

    def test_specified_defaults_are_the_defaults(self, role: Path) -> None:
        defaults = defaults_of(role)
        specified = {name: option["default"] for name, option in specs_of(role).items() if "default" in option}

        assert specified == {name: defaults.get(name) for name in specified}

    def test_defaults_of_the_options_type_are_specified(self, role: Path) -> None:
        specs = specs_of(role)
        plain = {name for name, default in defaults_of(role).items() if specs[name].get("type") == "str" or "{{" not in str(default)}

        assert sorted(name for name in plain if "default" not in specs[name]) == []

    def test_every_entry_point_is_a_file(self, role: Path) -> None:
        specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]

        assert [name for name in specs if not (role / "tasks" / f"{name}.yml").is_file()] == []

    def test_every_option_is_described(self, role: Path) -> None:
        assert [name for name, option in specs_of(role).items() if not option.get("description")] == []


def test_no_tracked_file_names_a_registry_or_a_developers_directory() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if path.name != "go.sum"
        for pattern in (REGISTRY, HOME)
        for match in pattern.finditer(text_of(path))
    ]

    assert found == []


def test_no_tracked_file_is_a_link_out_of_the_checkout() -> None:
    assert [str(path) for path in tracked() if path.is_symlink() and not path.resolve().is_relative_to(ROOT)] == []


class TestLock:
    @staticmethod
    def pinned() -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    def test_it_has_no_addresses(self) -> None:
        assert [line for line in (ROOT / "requirements.lock").read_text().splitlines() if "://" in line or line.startswith("--")] == []

    def test_every_package_has_hashes(self) -> None:
        entries = re.split(r"^(?=[a-z0-9-]+==)", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)

        assert [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []

    @pytest.mark.parametrize("project", ["pyproject.toml", "lab/pyproject.toml"])
    def test_it_satisfies_every_requirement(self, project: str) -> None:
        described = tomllib.loads((ROOT / project).read_text())["project"]
        wanted = [*described["dependencies"], *chain(*described.get("optional-dependencies", {}).values())]
        pinned = self.pinned() | {"fedfleet": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]}
        unsatisfied = [
            str(requirement)
            for requirement in map(Requirement, wanted)
            if not requirement.specifier.contains(pinned.get(requirement.name.lower().replace("_", "-"), "0"))
        ]

        assert unsatisfied == []


def test_versions_agree() -> None:
    versions = {
        "pyproject.toml": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
        "lab/pyproject.toml": tomllib.loads((ROOT / "lab" / "pyproject.toml").read_text())["project"]["version"],
        "galaxy.yml": yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"],
    }

    assert len(set(versions.values())) == 1, versions


def test_plugins_carry_the_licence_ansible_asks_for() -> None:
    plugins = [path for path in tracked() if path.is_relative_to(ROOT / "plugins") and path.suffix == ".py" and path.stat().st_size]

    assert [str(path.relative_to(ROOT)) for path in plugins if "SPDX-License-Identifier: GPL-3.0-or-later" not in text_of(path)] == []


class TestDocumentation:
    def test_the_reference_is_what_make_docs_writes(self) -> None:
        stale = [name for name, text in render_reference().items() if text_of_page(name) != text]

        assert stale == [], "run `make docs` and commit what it writes"
        assert stale_pages() == [], "run `make docs` and commit what it removes"

    def test_every_link_leads_somewhere(self) -> None:
        assert list(broken_links()) == []


def text_of_page(name: str) -> str:
    """Return a page of the reference as it is on disk."""
    path = REFERENCE / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def broken_links() -> Iterator[str]:
    """Yield each relative link of a Markdown file of ours that leads to no file, or to no heading in it."""
    for path in tracked():
        if path.suffix != ".md" or path.is_relative_to(ROOT / "lab" / "go"):
            continue
        for link in LINK.findall(text_of(path)):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.exists() or (anchor and anchor not in anchors(target)):
                yield f"{path.relative_to(ROOT)}: {link}"


def anchors(path: Path) -> set[str]:
    """Return the anchors of a Markdown file's headings, as forges make them."""
    headings = HEADING.findall(text_of(path))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
