"""What goes into an image is what the lock says, or the build stops before it begins."""

import hashlib
from pathlib import Path

import pytest

from fedfleet.images.builder import build
from fedfleet.images.catalogue import load
from fedfleet.images.errors import InputError, MissingContextError
from fedfleet.images.inputs import check, given


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    folder = tmp_path / "fetched"
    folder.mkdir()
    (folder / "a.jar").write_bytes(b"a")
    return folder


def locked(**contents: bytes) -> dict[str, str]:
    return {f"{name}.jar": hashlib.sha512(content).hexdigest() for name, content in contents.items()}


def test_files_as_locked_pass(fetched: Path) -> None:
    check(fetched, locked(a=b"a"), where="store/jars")


def test_a_file_that_did_not_come_is_named(fetched: Path) -> None:
    with pytest.raises(InputError, match=r"b\.jar is missing"):
        check(fetched, locked(a=b"a", b=b"b"), where="store/jars")


def test_a_file_that_nobody_locked_is_named(fetched: Path) -> None:
    (fetched / "c.jar").write_bytes(b"c")
    with pytest.raises(InputError, match=r"c\.jar is not in the lock"):
        check(fetched, locked(a=b"a"), where="store/jars")


def test_a_file_with_other_content_is_named(fetched: Path) -> None:
    with pytest.raises(InputError, match=r"a\.jar has another checksum"):
        check(fetched, locked(a=b"something else"), where="store/jars")


def test_a_program_that_others_build_has_to_be_given(definitions: Path) -> None:
    with pytest.raises(MissingContextError, match="--context agent=FOLDER"):
        given(load(definitions).get("agent"), "agent", {})


def test_a_given_folder_without_the_program_is_refused(definitions: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingContextError, match="lacks files"):
        given(load(definitions).get("agent"), "agent", {"agent": tmp_path})


def test_a_missing_program_is_noticed_before_anything_is_built(definitions: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingContextError, match="agent"):
        build(["tool", "agent"], folder=definitions, cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
