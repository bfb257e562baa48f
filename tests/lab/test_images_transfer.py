"""Images go from a machine that built them, in one file, to a registry on a machine that has nothing but Python."""

import json
import os
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from fedfleet.federation.images import parse_pins
from support.commands import BIN, Finished, run
from support.site_registry import PASSWORD, USER, SiteRegistry, site_registry
from support.small_images import define


@dataclass(frozen=True)
class Machine:
    """A user's home of its own, with its own storage of images."""

    environment: Mapping[str, str]

    @classmethod
    def at(cls, folder: Path, definitions: Path) -> "Machine":
        return cls({"XDG_CACHE_HOME": str(folder), "FEDFLEET_IMAGES": str(definitions)})

    def images(self, *arguments: str) -> Finished:
        return run("fedfleet", "images", *arguments, env=self.environment, timeout=120)

    def has(self) -> set[str]:
        return {image["name"] for image in json.loads(self.images("list", "--json").expect().output) if image["built"]}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return define(tmp_path_factory.mktemp("definitions"))


@pytest.fixture(scope="module")
def builder(definitions: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The machine with internet: both images are built on it."""
    machine = Machine.at(tmp_path_factory.mktemp("builder"), definitions)
    machine.images("build").expect()
    return machine


@pytest.fixture(scope="module")
def archive(builder: Machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("carried") / "images.tar"
    builder.images("save", str(path)).expect()
    return path


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SiteRegistry]:
    with site_registry(tmp_path) as running:
        yield running


@pytest.fixture
def bare(tmp_path: Path, definitions: Path) -> Machine:
    """A machine with nothing but Python, and what ends a test's children with it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "setpriv").symlink_to(str(shutil.which("setpriv")))
    machine = Machine.at(tmp_path / "home", definitions)
    return Machine({**machine.environment, "PATH": f"{BIN}:{programs}"})


def push(machine: Machine, registry: SiteRegistry, *arguments: str) -> Finished:
    digests = str(registry.folder / "images.yml")
    return machine.images("push", "--registry", registry.address, "--ca-file", str(registry.ca), "--digests-file", digests, *arguments)


def outcomes(finished: Finished) -> dict[str, str]:
    lines = [line.split() for line in finished.output.splitlines() if "@sha256:" in line]
    return {line[-1].rpartition("/")[2].partition(":")[0]: line[0] for line in lines}


def test_the_same_images_give_the_same_file(builder: Machine, archive: Path, tmp_path: Path) -> None:
    builder.images("save", str(tmp_path / "again.tar")).expect()
    assert (tmp_path / "again.tar").read_bytes() == archive.read_bytes()


def test_a_shared_layer_is_in_the_file_once(archive: Path) -> None:
    assert 1 << 20 < archive.stat().st_size < 2 << 20


def test_every_image_comes_with_a_valid_bill_of_what_is_in_it(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        bills = {name: tar.extractfile(f"sbom/{name}.cdx.json").read().decode() for name in ("base", "tool")}  # type: ignore[union-attr]
    assert {name: JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) for name, text in bills.items()} == {
        "base": None,
        "tool": None,
    }
    named = {name: [one["purl"] for one in json.loads(text)["components"]] for name, text in bills.items()}
    tini = "pkg:deb/debian/tini@0.19.0-1?arch=amd64&distro=bookworm"
    assert named == {"base": [tini], "tool": [tini, "pkg:pypi/some-tool@1.2"]}


def test_another_machine_loads_and_has_the_very_same(builder: Machine, archive: Path, definitions: Path, tmp_path: Path) -> None:
    # Names of images are lower case; folders need not be.
    other = Machine.at(tmp_path / "Home", definitions)
    other.images("load", str(archive)).expect()
    other.images("save", str(tmp_path / "again.tar")).expect()
    assert other.has() == builder.has() == {"base", "tool"}
    assert (tmp_path / "again.tar").read_bytes() == archive.read_bytes()


def test_nothing_of_a_changed_file_is_loaded(archive: Path, definitions: Path, tmp_path: Path) -> None:
    changed = bytearray(archive.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.tar").write_bytes(changed)
    other = Machine.at(tmp_path / "home", definitions)
    ended = other.images("load", str(tmp_path / "changed.tar")).expect(1)
    assert "changed.tar was changed or damaged in blobs/sha256/" in ended.output
    assert other.has() == set()


def test_a_machine_without_buildah_pushes_with_password_and_ca(bare: Machine, archive: Path, registry: SiteRegistry) -> None:
    ended = push(bare, registry, "--archive", str(archive), "--env-file", str(registry.env_file)).expect()
    pins = parse_pins((registry.folder / "images.yml").read_text(), "images.yml")
    assert outcomes(ended) == {"base": "pushed", "tool": "pushed"}
    assert {name: pin.registry for name, pin in pins.items()} == {"base": registry.address, "tool": registry.address}
    assert PASSWORD not in ended.output


def test_what_is_there_is_not_sent_again(bare: Machine, archive: Path, registry: SiteRegistry) -> None:
    arguments = ("--archive", str(archive), "--env-file", str(registry.env_file))
    push(bare, registry, *arguments).expect()
    before = {path: path.stat().st_mtime_ns for path in registry.blobs()}
    assert outcomes(push(bare, registry, *arguments).expect()) == {"base": "unchanged", "tool": "unchanged"}
    assert {path: path.stat().st_mtime_ns for path in registry.blobs()} == before


def test_an_image_has_one_digest_whichever_way_it_went(builder: Machine, bare: Machine, archive: Path, registry: SiteRegistry) -> None:
    credentials = ("--env-file", str(registry.env_file))
    push(bare, registry, "--archive", str(archive), *credentials).expect()
    through_a_file = (registry.folder / "images.yml").read_text()
    (registry.folder / "content").rename(registry.folder / "former")
    assert outcomes(push(builder, registry, *credentials).expect()) == {"base": "pushed", "tool": "pushed"}
    assert (registry.folder / "images.yml").read_text() == through_a_file


def test_without_credentials_nobody_gets_in(bare: Machine, archive: Path, registry: SiteRegistry) -> None:
    ended = push(bare, registry, "--archive", str(archive)).expect(1)
    assert "check the credentials" in ended.output
    assert registry.blobs() == []


def test_a_wrong_password_is_named_and_not_shown(bare: Machine, archive: Path, registry: SiteRegistry) -> None:
    command = [str(BIN / "fedfleet"), "images", "push", "--registry", registry.address, "--ca-file", str(registry.ca), "--digests-file", ""]
    command[-1:] = [str(registry.folder / "x.yml"), "--archive", str(archive), "--username", USER, "--password-stdin"]
    ended = subprocess.run(command, input="not this\n", env={**os.environ, **bare.environment}, text=True, capture_output=True, timeout=60)
    assert (ended.returncode, "check the credentials" in ended.stderr, "not this" in ended.stderr) == (1, True, False)


def test_a_registry_of_an_unknown_ca_is_refused(bare: Machine, archive: Path, registry: SiteRegistry) -> None:
    ended = bare.images("push", "--registry", registry.address, "--archive", str(archive), "--env-file", str(registry.env_file)).expect(1)
    assert "shows a certificate that is not trusted here" in ended.output


def test_a_full_disk_leaves_no_file(builder: Machine, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], check=True)
    try:
        ended = builder.images("save", str(small / "images.tar")).expect(1)
        left = list(small.iterdir())
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert "there is no room for images.tar" in ended.output
    assert left == []


def test_an_interrupted_save_leaves_no_file(builder: Machine, tmp_path: Path) -> None:
    command = [str(BIN / "fedfleet"), "images", "save", str(tmp_path / "images.tar")]
    with subprocess.Popen(
        command, env={**os.environ, **builder.environment}, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        assert child.stderr is not None
        assert "packing" in child.stderr.readline()
        os.killpg(child.pid, signal.SIGINT)
        said = child.stderr.read()
    assert (child.returncode, "Stopped" in said) == (130, True)
    assert list(tmp_path.iterdir()) == []
    builder.images("save", str(tmp_path / "images.tar")).expect()
