"""The same questions from inside a pod: a Python without anything of ours."""

import subprocess
import sys
from pathlib import Path

import pytest

from fedfleet.probe import AnswerError, Question, ask, pod_answers, pod_program
from support.parties import authority

from .conftest import NAME, Serve, client_credentials


def _run(questions: list[Question], directory: Path) -> bytes:
    """As a container would: isolated, with a clean environment, its input left open."""
    command, program = pod_program(questions, sys.executable)
    with subprocess.Popen(
        [command[0], "-I", "-S", *command[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=directory, env={}
    ) as pod:
        assert pod.stdin is not None
        assert pod.stdout is not None
        pod.stdin.write(program)
        pod.stdin.flush()
        # The input stays open until the answers are there: not every way into a pod can close it.
        return pod.stdout.read()


def test_a_pod_finds_what_this_machine_finds(serve: Serve, tmp_path: Path) -> None:
    certificate, key = client_credentials()
    question = Question("https", "127.0.0.1", serve(), server_name=NAME, trust=authority().pem, certificate=certificate, key=key, path="/a")
    (there,) = pod_answers(_run([question], tmp_path), "pod")
    here = ask(question)
    assert (there.ok, there.key_id, there.peer, there.body) == (here.ok, here.key_id, here.peer, here.body)


def test_a_pod_answers_several_questions_in_order(tmp_path: Path) -> None:
    answers = pod_answers(_run([Question("dns", "nothing.invalid"), Question("dns", "localhost")], tmp_path), "pod")
    assert [answer.ok for answer in answers] == [False, True]


def test_no_key_is_on_the_command_line() -> None:
    command, _ = pod_program([Question("tls", "127.0.0.1", key="secret")])
    assert "secret" not in " ".join(command)


@pytest.mark.parametrize("output", [b"", b"Traceback", b"{}", b'[{"ok": true}]'])
def test_what_is_no_answer_is_an_error_with_what_came(output: bytes) -> None:
    with pytest.raises(AnswerError, match="pod e-30000/nginx"):
        pod_answers(output, "pod e-30000/nginx")
