"""What can be run: each playbook of the collection is a verb, and its first comment says what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet.collection import COLLECTION, part
from fedfleet.errors import FedFleetError
from fedfleet.safe_yaml import safe_load

if TYPE_CHECKING:
    from pathlib import Path


class UnknownVerbError(FedFleetError):
    """There is no such playbook."""


@dataclass(frozen=True)
class Question:
    """A variable that a playbook asks for on a terminal, and the words it asks with."""

    variable: str
    words: str


@dataclass(frozen=True)
class Verb:
    """A playbook of the collection.

    Attributes:
        name: how it is called here, such as ``site``.
        sentence: what it does.
        questions: what it asks for where somebody can answer.
    """

    name: str
    sentence: str
    questions: tuple[Question, ...] = ()

    @property
    def playbook(self) -> str:
        """What ansible-playbook calls it."""
        return f"{COLLECTION}.{self.name}"


def verbs() -> dict[str, Verb]:
    """Return every verb, by name.

    Raises:
        CollectionMissingError: the collection is not installed.
    """
    return {path.stem: _read(path) for path in sorted(part("playbooks").glob("[!_]*.yml"))}


def find_verb(name: str) -> Verb:
    """Return the verb of that name.

    Raises:
        UnknownVerbError: there is none.
        CollectionMissingError: the collection is not installed.
    """
    known = verbs()
    if name not in known:
        raise UnknownVerbError(
            f"There is no verb '{name}'",
            expected=f"one of {', '.join(known)}",
            next_step="fedfleet run --help says what each of them does",
        )
    return known[name]


def _read(path: Path) -> Verb:
    text = path.read_text(encoding="utf-8")
    plays: list[dict[str, Any]] = safe_load(text) or []
    asked = [entry for play in plays for entry in play.get("vars_prompt") or []]
    return Verb(path.stem, _sentence(text), tuple(Question(entry["name"], str(entry.get("prompt") or entry["name"])) for entry in asked))


def _sentence(text: str) -> str:
    """The first sentence of the comment that a playbook begins with."""
    words: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            words.append(line.lstrip("# ").strip())
        elif line.strip() != "---":
            break
    told = " ".join(words)
    end = told.find(". ")
    first = told[: end + 1] if end >= 0 else told
    # What follows a colon is how to call it.
    return first.partition(": ansible-playbook")[0].rstrip(".") + "." if first else ""
