"""Whether a process still lives is said only where it is certain."""

import os
import subprocess
from dataclasses import replace

import pytest

from fedfleet.locks.process import Process


def test_it_reads_back_what_it_wrote() -> None:
    own = Process.of(os.getpid())
    assert Process.read(str(own)) == own


def test_a_text_of_another_kind_is_no_process() -> None:
    assert Process.read("unknown") is None


def test_a_living_process_is_not_gone() -> None:
    assert not Process.of(os.getpid()).is_gone


def test_a_process_that_ended_is_gone(gone: str) -> None:
    found = Process.read(gone)
    assert found is not None
    assert found.is_gone


def test_another_process_that_got_its_number_is_not_it() -> None:
    assert replace(Process.of(os.getpid()), began="1").is_gone


def test_of_a_process_in_another_container_nothing_is_known(gone: str) -> None:
    found = Process.read(gone)
    assert found is not None
    assert not replace(found, space="pid:[1]").is_gone


def test_there_is_no_process_where_none_runs(sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    sleeper.wait()
    with pytest.raises(ProcessLookupError):
        Process.of(sleeper.pid)
