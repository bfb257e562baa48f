"""What keeps the images volume of a node in its fstab: the program itself, with a node made of files and a findmnt that says what is mounted."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.commands import ROOT

PROGRAM = ROOT / "roles" / "cluster" / "files" / "images-volume"
FOLDER = "/var/lib/containerd"
IDENTITY = "7b1f1f0e-3a43-4a9b-8d52-4f6c0f1d2a33"
ROOT_LINE = "UUID=aaaa / ext4 defaults 0 1\n"


@dataclass
class Node:
    """A node's files as the program sees them."""

    place: Path

    @property
    def fstab(self) -> Path:
        return self.place / "fstab"

    def mounts(self, line: str) -> None:
        """Have findmnt answer so: root of the mount, source, type, options."""
        program = self.place / "bin" / "findmnt"
        program.write_text(f"#!/bin/sh\necho '{line}'\n" if line else "#!/bin/sh\nexit 1\n")
        program.chmod(0o755)

    def environment(self) -> dict[str, str]:
        path = f"{self.place / 'bin'}:{os.environ['PATH']}"
        return {"PATH": path, "VOLUME": str(self.place), "FSTAB": str(self.fstab), "LINKS": str(self.place / "by-uuid")}

    def keep(self) -> str:
        """Run it until it has looked once; what it said."""
        with subprocess.Popen([PROGRAM, "keep"], env=self.environment(), stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = child.stdout.readline()
            began = time.monotonic()
            child.terminate()
            assert child.wait(10) == 0
            assert time.monotonic() - began < 10
        return said

    def check(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PROGRAM, "check"], env=self.environment(), capture_output=True, text=True, check=False)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    for name in ("bin", "by-uuid"):
        (tmp_path / name).mkdir()
    (tmp_path / "by-uuid" / IDENTITY).symlink_to("../../sdb")
    made = Node(tmp_path)
    made.fstab.write_text(ROOT_LINE)
    made.mounts("/ /dev/sdb ext4 rw,relatime")
    return made


def test_a_volume_that_is_mounted_comes_into_fstab_by_its_uuid(node: Node) -> None:
    assert "was not in fstab" in node.keep()
    assert node.fstab.read_text() == f"{ROOT_LINE}UUID={IDENTITY} {FOLDER} ext4 defaults 0 2\n"
    assert node.check().returncode == 0


def test_it_comes_there_once(node: Node) -> None:
    node.keep()
    assert "is in fstab" in node.keep()
    assert node.fstab.read_text().count(FOLDER) == 1


def test_without_a_link_it_goes_by_the_kernels_name(node: Node) -> None:
    (node.place / "by-uuid" / IDENTITY).unlink()
    node.keep()
    assert node.fstab.read_text().endswith(f"\n/dev/sdb {FOLDER} ext4 defaults 0 2\n")


def test_a_last_line_without_its_end_stays_a_line_of_its_own(node: Node) -> None:
    node.fstab.write_text(ROOT_LINE.rstrip())
    node.keep()
    assert node.fstab.read_text().splitlines() == [ROOT_LINE.rstrip(), f"UUID={IDENTITY} {FOLDER} ext4 defaults 0 2"]


def test_a_comment_that_names_the_folder_is_no_line_of_it(node: Node) -> None:
    node.fstab.write_text(f"#UUID=gone {FOLDER} ext4 defaults 0 2\n")
    node.keep()
    assert node.fstab.read_text().count(FOLDER) == 2


@pytest.mark.parametrize("line", ["", f"{FOLDER} /dev/sda ext4 rw"])
def test_a_folder_of_the_root_disk_is_said_and_not_written(node: Node, line: str) -> None:
    node.mounts(line)
    assert "is not a volume of its own" in node.keep()
    assert node.fstab.read_text() == ROOT_LINE
    refused = node.check()
    assert refused.returncode == 1
    assert "Replace the node" in refused.stdout


def test_a_volume_that_is_not_in_fstab_is_not_well(node: Node) -> None:
    refused = node.check()
    assert refused.returncode == 1
    assert "is not in fstab yet" in refused.stdout


def test_without_a_word_it_says_how_it_is_used(node: Node) -> None:
    said = subprocess.run([PROGRAM], env=node.environment(), capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "images-volume keep" in said.stderr
