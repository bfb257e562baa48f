"""A file out of a package is what it is promised to be, or it is not used."""

import hashlib
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fedfleet.workload.wheel import WheelError, WheelFile, cached

CONTENT = b"default,balance\nNo,1\n"
FILE = WheelFile("study==1.0", "0" * 64, "study/rows.csv", hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A package index: what pip would bring, and how often it was asked."""
    served: dict[str, Any] = {"content": CONTENT, "asked": 0}

    def download(command: Sequence[str], **_more: Any) -> subprocess.CompletedProcess[bytes]:
        served["asked"] += 1
        if served["content"] is not None:
            with zipfile.ZipFile(Path(command[command.index("--dest") + 1]) / "study-1.0-py3-none-any.whl", "w") as archive:
                archive.writestr("study/rows.csv", served["content"])
        return subprocess.CompletedProcess(command, 0 if served["content"] else 1, b"", b"No matching distribution")

    monkeypatch.setattr(subprocess, "run", download)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return served


def test_it_is_fetched_once(index: dict[str, Any]) -> None:
    assert cached(FILE).read_bytes() == cached(FILE).read_bytes() == CONTENT
    assert index["asked"] == 1


def test_a_file_that_was_changed_in_the_cache_is_fetched_again(index: dict[str, Any]) -> None:
    cached(FILE).write_text("other")

    assert cached(FILE).read_bytes() == CONTENT
    assert index["asked"] == 2


def test_other_content_is_refused(index: dict[str, Any]) -> None:
    index["content"] = b"other"

    with pytest.raises(WheelError, match="not what is expected"):
        cached(FILE)


def test_without_the_package_it_says_what_pip_said(index: dict[str, Any]) -> None:
    index["content"] = None

    with pytest.raises(WheelError, match="No matching distribution"):
        cached(FILE)
