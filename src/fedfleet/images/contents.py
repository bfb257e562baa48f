"""Which packages are in a root file system, as their own package managers wrote it down there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["deb", "pypi", "maven", "npm"]

_LARGEST_DOCUMENT = 1 << 20
_DPKG = ("var/lib/dpkg/status", "var/lib/dpkg/status.d")
_JAR_NAME = re.compile(r"^(?P<name>.+?)-(?P<version>\d[\w.+-]*)$")
_PROPERTIES = re.compile(r"^META-INF/maven/[^/]+/[^/]+/pom\.properties$")
_NPM_FOLDERS = ("node_modules", "labextensions")


@dataclass(frozen=True, order=True)
class Package:
    """One package.

    Attributes:
        kind: whose package it is, as package URLs call them.
        group: Maven's group or npm's scope; empty where there is none.
        version: empty where nobody wrote one down.
        licence: what the package says of itself; empty where it says nothing.
        sha1: of the file, for jars: what Maven Central knows them by.
        path: where it was found, from the root.
    """

    kind: Kind
    name: str
    version: str
    group: str = ""
    architecture: str = ""
    licence: str = ""
    sha1: str = ""
    path: str = ""


def packages(root: Path) -> list[Package]:
    """All packages below ``root``, sorted.

    Raises:
        OSError: a folder cannot be read.
    """
    found = {package for place in _DPKG for package in _debian(root, root / place)}
    for folder, names, files in os.walk(root, onerror=_fail):
        here = Path(folder)
        if here == root:
            names[:] = [name for name in names if name not in ("proc", "sys", "dev")]
        for name in files:
            path = here / name
            if not path.is_symlink():
                found.update(_in_file(root, path))
    return sorted(found)


def _fail(problem: OSError) -> None:
    raise problem


def _in_file(root: Path, path: Path) -> Iterator[Package]:
    if path.name == "METADATA" and path.parent.suffix == ".dist-info":
        yield from _python(root, path)
    elif path.suffix == ".jar":
        yield from _java(root, path)
    elif path.name == "package.json" and any(part in _NPM_FOLDERS for part in path.relative_to(root).parts):
        yield from _npm(root, path)


def _debian(root: Path, place: Path) -> Iterator[Package]:
    files = sorted(place.iterdir()) if place.is_dir() else [place] if place.is_file() else []
    for file in files:
        for paragraph in file.read_text(encoding="utf-8", errors="replace").split("\n\n"):
            fields = HeaderParser().parsestr(paragraph)
            name, version, status = fields.get("Package"), fields.get("Version"), fields.get("Status", "install ok installed")
            if name and version and status.endswith(" installed"):
                yield Package("deb", name, version, architecture=fields.get("Architecture", ""), path=_place(root, file))


def _python(root: Path, path: Path) -> Iterator[Package]:
    fields = HeaderParser().parsestr(path.read_text(encoding="utf-8", errors="replace"))
    name, version = fields.get("Name"), fields.get("Version")
    if name and version:
        licence = fields.get("License-Expression") or fields.get("License") or ""
        # Some put the whole text there.
        short = licence.strip() if "\n" not in licence.strip() else ""
        yield Package("pypi", name, version, licence=short, path=_place(root, path.parent))


def _java(root: Path, path: Path) -> Iterator[Package]:
    with path.open("rb") as handle:
        sha1 = hashlib.file_digest(handle, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()
    place = _place(root, path)
    named = _JAR_NAME.match(path.stem)
    name, version, group = (named["name"], named["version"], "") if named else (path.stem, "", "")
    inside = _maven_coordinates(path)
    for own in [entry for entry in inside if entry[1] == name] or (inside if len(inside) == 1 else []):
        group, name, version = own
    yield Package("maven", name, version, group, sha1=sha1, path=place)
    # What was shaded into it.
    for other_group, other_name, other_version in inside:
        if (other_group, other_name) != (group, name):
            yield Package("maven", other_name, other_version, other_group, path=place)


def _maven_coordinates(path: Path) -> list[tuple[str, str, str]]:
    """Group, artefact and version of everything that Maven put into a jar; nothing for what is no jar."""
    found = []
    try:
        with zipfile.ZipFile(path) as jar:
            for entry in jar.infolist():
                if _PROPERTIES.match(entry.filename) and entry.file_size <= _LARGEST_DOCUMENT:
                    lines = jar.read(entry).decode("utf-8", errors="replace").splitlines()
                    fields = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
                    found.append(tuple(fields.get(field, "").strip() for field in ("groupId", "artifactId", "version")))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return []
    return sorted((group, name, version) for group, name, version in found if name)


def _npm(root: Path, path: Path) -> Iterator[Package]:
    if path.stat().st_size > _LARGEST_DOCUMENT:
        return
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return
    if not isinstance(fields, dict) or not isinstance(fields.get("name"), str) or not isinstance(fields.get("version"), str):
        return
    group, _, name = fields["name"].rpartition("/")
    licence = fields.get("license")
    yield Package(
        "npm", name, fields["version"], group, licence=licence if isinstance(licence, str) else "", path=_place(root, path.parent)
    )


def _place(root: Path, path: Path) -> str:
    return f"/{path.relative_to(root).as_posix()}"
