"""The same questions, asked from inside a pod that has Python and nothing of ours."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING

from fedfleet.errors import FedFleetError
from fedfleet.probe.asking import Answer, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

# What the program needs of ours, in the order in which one imports the other.
_MODULES = ("fedfleet.probe.mysql", "fedfleet.probe.asking")
# Not every way into a pod can close its standard input, so the program is told how much to read.
_BOOT = """\
import json, sys, types
sent = json.loads(sys.stdin.buffer.read(int(sys.argv[1])))
for name, source in sent["modules"]:
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
print(module.answers_as_text(sent["questions"]))
"""


class AnswerError(FedFleetError):
    """What came back from a pod are no answers."""


def pod_program(questions: Sequence[Question], python: str = "python3") -> tuple[list[str], bytes]:
    """The command to run in a container, and what to send it; it prints the answers as JSON.

    The questions, with any key in them, travel on standard input only.
    """
    folder = files("fedfleet.probe")
    modules = [(name, folder.joinpath(f"{name.rpartition('.')[2]}.py").read_text(encoding="utf-8")) for name in _MODULES]
    questions_as_text = json.dumps([asdict(question) for question in questions])
    program = json.dumps({"modules": modules, "questions": questions_as_text}).encode()
    return [python, "-c", _BOOT, str(len(program))], program


def pod_answers(output: bytes, where: str) -> list[Answer]:
    """The answers that the program printed; ``where`` names the pod in errors.

    Raises:
        AnswerError: it printed something else.
    """
    try:
        found = json.loads(output)
        if not isinstance(found, list):
            raise TypeError(found)
        return [Answer(**{**entry, "addresses": tuple(entry["addresses"])}) for entry in found]
    except (ValueError, TypeError, KeyError) as error:
        raise AnswerError(
            "A probe in a pod did not answer",
            expected="a JSON list of answers",
            found=output[-200:].decode("utf-8", "replace") or "nothing",
            where=where,
            next_step="Look at the pod's state; its container must have Python 3.9 or later",
        ) from error
