"""images.yml, the folders, the lock and the roles speak of the same images."""

import re
from pathlib import Path

import pytest
import yaml

from fedfleet.images.catalogue import ImageDefinition, definitions_folder, load

ROOT = Path(__file__).resolve().parents[2]
IMAGES = definitions_folder()
CATALOGUE = load(IMAGES)
REFERENCE = re.compile(r"/fedfleet/(?P<name>[a-z0-9-]+):(?P<version>[A-Za-z0-9.]+)")
IN_ROLES = re.compile(r"'(?P<name>[a-z0-9-]+):(?P<version>[A-Za-z0-9.]+)' \| fedfleet\.federation\.image\(")
SHELL = sorted(path for path in IMAGES.glob("*/*") if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh"))
each_image = pytest.mark.parametrize("image", CATALOGUE.images, ids=lambda image: image.name)


def containerfile(image: ImageDefinition) -> str:
    return (IMAGES / image.name / "Containerfile").read_text()


def final_stage(image: ImageDefinition) -> str:
    return containerfile(image).rpartition("\nFROM ")[2]


def test_every_folder_is_an_image() -> None:
    assert {path.name for path in IMAGES.iterdir() if path.is_dir()} == {image.name for image in CATALOGUE.images}


def test_roles_name_images_that_are_built() -> None:
    built = {(image.name, image.version) for image in CATALOGUE.images}
    named = {
        (found["name"], found["version"])
        for path in ROOT.glob("roles/*/defaults/main.yml")
        for found in IN_ROLES.finditer(path.read_text())
    }
    assert named
    assert named - built == set()


def test_roles_name_no_image_past_the_file_of_digests() -> None:
    past = [str(path) for path in ROOT.glob("roles/*/*/*") if path.is_file() and REFERENCE.search(path.read_text())]
    assert past == []


def test_the_lab_names_images_that_are_built() -> None:
    built = {(image.name, image.version) for image in CATALOGUE.images}
    named = {
        (found["name"], found["version"])
        for path in (ROOT / "lab" / "src").rglob("*")
        if path.suffix in (".py", ".yml", ".yaml", ".j2")
        for found in REFERENCE.finditer(path.read_text())
    }
    assert named - built == set()


def test_every_maven_input_is_locked_and_nothing_else() -> None:
    inputs = {
        f"{image.name}/{name}" for image in CATALOGUE.images for name, source in image.inputs.items() if source.kind.startswith("maven")
    }
    assert set(CATALOGUE.lock.maven) == inputs


def test_checksums_in_the_lock_are_sha_512() -> None:
    checksums = [checksum for files in CATALOGUE.lock.maven.values() for checksum in files.values()]
    assert all(re.fullmatch(r"[0-9a-f]{128}", checksum) for checksum in checksums)


@pytest.mark.parametrize("path", sorted(IMAGES.glob("*/requirements*.txt")), ids=lambda path: path.name)
def test_every_package_from_pypi_is_pinned_with_its_hash(path: Path) -> None:
    text = path.read_text().replace("\\\n", "")
    packages = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert packages
    assert [line for line in packages if not re.fullmatch(r"[a-z0-9-]+==\S+\s+--hash=sha256:[0-9a-f]{64}", line)] == []


@each_image
class TestContainerfile:
    def test_builds_on_exactly_the_parents_it_names(self, image: ImageDefinition) -> None:
        used = {found.lower() for found in re.findall(r"^FROM \$\{([A-Z_]+)\}", containerfile(image), re.MULTILINE)}
        assert used == set(image.parents)

    def test_takes_its_inputs(self, image: ImageDefinition) -> None:
        assert set(re.findall(r"\binputs/([a-z-]+)/", containerfile(image))) == set(image.inputs)

    def test_runs_without_rights(self, image: ImageDefinition) -> None:
        users = re.findall(r"^USER (\S+)", final_stage(image), re.MULTILINE)
        # Without a line of its own an image keeps its parent's user.
        assert not users or users[-1] == "10001:10001"

    def test_installs_no_compiler_in_its_last_stage(self, image: ImageDefinition) -> None:
        assert re.search(r"\b(g\+\+|gcc|build-essential|python3-dev|\w+-jdk\S*)", final_stage(image)) is None

    def test_takes_from_pypi_only_what_is_locked(self, image: ImageDefinition) -> None:
        installs = re.findall(r"pip (?:install|wheel) [^\n]*", containerfile(image))
        assert [line for line in installs if "--require-hashes" not in line and "--no-index" not in line] == []


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
class TestStartScript:
    def test_stops_at_the_first_error(self, path: Path) -> None:
        assert "\nset -eu\n" in path.read_text()

    def test_hands_its_process_over(self, path: Path) -> None:
        """What Kubernetes signals is the program, not a shell that keeps the signal to itself."""
        text = path.read_text()
        assert re.search(r"^(\s+\w+\) )?exec ", text, re.MULTILINE) or " exec " in text

    def test_installs_nothing(self, path: Path) -> None:
        assert re.search(r"\b(pip|apt-get|apt|curl|wget)\b", path.read_text()) is None


def test_start_scripts_were_found() -> None:
    assert {"fate-flow", "pulsar-server", "mariadb-server", "nginx-proxy", "traffic-server"} <= {path.name for path in SHELL}


def test_the_file_of_images_says_what_its_fields_mean() -> None:
    fields = {key for image in yaml.safe_load((IMAGES / "images.yml").read_text())["images"] for key in image}
    head = (IMAGES / "images.yml").read_text().partition("images:\n")[0]
    assert [field for field in fields - {"parents", "summary"} if field not in head] == []
