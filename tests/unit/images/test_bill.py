"""Bills of materials name what package managers wrote down, in the format's own words."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from fedfleet.images import contents
from fedfleet.images.bill import bill_of
from fedfleet.images.contents import Package

MANIFEST = "sha256:" + "ab" * 32
STATUS = """\
Package: libc++1
Status: install ok installed
Architecture: amd64
Version: 1:14.0-16+deb12u1~x
Description: long
 Version: 99 is only said here

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2026a-0
"""


def write(root: Path, name: str, text: str | bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def jar(root: Path, name: str, *coordinates: tuple[str, str, str]) -> str:
    """Write a jar with what Maven puts into it; return its SHA-1."""
    path = write(root, name, "")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        for group, artefact, version in coordinates:
            text = f"#Generated\ngroupId={group}\nartifactId={artefact}\nversion={version}\n"
            archive.writestr(f"META-INF/maven/{group}/{artefact}/pom.properties", text)
    return hashlib.sha1(path.read_bytes()).hexdigest()  # noqa: S324  what Maven knows files by


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "var/lib/dpkg/status", STATUS)
    write(
        tmp_path, "usr/lib/python3/Some_Tool-1.2.dist-info/METADATA", "Name: Some_Tool\nVersion: 1.2+cpu\nLicense-Expression: MIT\n\nText"
    )
    write(tmp_path, "usr/lib/python3/wordy-1.dist-info/METADATA", "Name: wordy\nVersion: 1\nLicense: All rights\n        of everyone\n")
    jar(tmp_path, "opt/lib/netty-buffer-4.1.100.jar", ("io.netty", "netty-buffer", "4.1.100.Final"))
    jar(tmp_path, "opt/lib/fat-1.0.jar", ("com.example", "fat", "1.0"), ("com.google.guava", "guava", "31.1-jre"))
    jar(tmp_path, "opt/lib/plain-2.3.4.jar")
    write(tmp_path, "opt/lib/broken.jar", "not a zip")
    write(tmp_path, "share/labextensions/@jupyter/x/package.json", '{"name": "@jupyter/x", "version": "3.0.0", "license": "BSD-3-Clause"}')
    write(tmp_path, "share/labextensions/odd/package.json", "[1]")
    write(tmp_path, "share/other/package.json", '{"name": "no package", "version": "1"}')
    (tmp_path / "opt/lib/link.jar").symlink_to("plain-2.3.4.jar")
    return tmp_path


@pytest.fixture
def packages(root: Path) -> list[Package]:
    return contents.packages(root)


def named(packages: list[Package], kind: str) -> set[tuple[str, str]]:
    return {(package.name, package.version) for package in packages if package.kind == kind}


def bill(packages: list[Package]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(bill_of("fate", "2.2.0", MANIFEST, "bookworm", "fedfleet 0.1.0", packages))
    return document


def test_debian_packages_are_those_that_are_installed(packages: list[Package]) -> None:
    assert named(packages, "deb") == {("libc++1", "1:14.0-16+deb12u1~x"), ("tzdata", "2026a-0")}


def test_python_distributions_are_those_with_metadata(packages: list[Package]) -> None:
    assert named(packages, "pypi") == {("Some_Tool", "1.2+cpu"), ("wordy", "1")}
    assert {package.licence for package in packages if package.kind == "pypi"} == {"MIT", ""}


def test_jars_are_named_by_what_maven_wrote_into_them(packages: list[Package], root: Path) -> None:
    (found,) = [package for package in packages if package.name == "netty-buffer"]
    sha1 = hashlib.sha1((root / "opt/lib/netty-buffer-4.1.100.jar").read_bytes()).hexdigest()  # noqa: S324  what Maven knows files by
    assert (found.group, found.version, found.sha1, found.path) == ("io.netty", "4.1.100.Final", sha1, "/opt/lib/netty-buffer-4.1.100.jar")


def test_what_was_shaded_into_a_jar_is_listed_with_it(packages: list[Package]) -> None:
    assert ("guava", "31.1-jre") in named(packages, "maven")


def test_other_jars_are_named_by_their_files(packages: list[Package]) -> None:
    assert {("plain", "2.3.4"), ("broken", "")} <= named(packages, "maven")


def test_links_are_not_followed(packages: list[Package]) -> None:
    assert [package.path for package in packages if package.name == "plain"] == ["/opt/lib/plain-2.3.4.jar"]


def test_npm_packages_are_those_of_a_modules_folder(packages: list[Package]) -> None:
    assert [(package.group, package.name, package.version) for package in packages if package.kind == "npm"] == [("@jupyter", "x", "3.0.0")]


def test_the_bill_is_what_the_format_asks_for(packages: list[Package]) -> None:
    text = bill_of("fate", "2.2.0", MANIFEST, "bookworm", "fedfleet 0.1.0", packages).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"library"', '"book"', 1)) is not None


def test_every_package_of_a_manager_has_a_url_that_others_can_read(packages: list[Package]) -> None:
    urls = [PackageURL.from_string(one["purl"]) for one in bill(packages)["components"] if "purl" in one]
    assert {(url.type, url.namespace, url.name, url.version) for url in urls} >= {
        ("deb", "debian", "libc++1", "1:14.0-16+deb12u1~x"),
        ("pypi", None, "some-tool", "1.2+cpu"),
        ("maven", "io.netty", "netty-buffer", "4.1.100.Final"),
        ("npm", "@jupyter", "x", "3.0.0"),
    }


def test_the_bill_says_of_which_image_it_is(packages: list[Package]) -> None:
    component = bill(packages)["metadata"]["component"]
    assert (component["name"], component["version"]) == ("fedfleet/fate", "2.2.0")
    url = PackageURL.from_string(component["purl"])
    assert (url.type, url.name, url.version) == ("oci", "fate", MANIFEST)


def test_the_same_image_has_the_same_bill(packages: list[Package]) -> None:
    assert bill(packages) == bill(list(reversed(packages)))


def test_an_image_without_packages_has_an_empty_bill(tmp_path: Path) -> None:
    assert bill(contents.packages(tmp_path))["components"] == []
