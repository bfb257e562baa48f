"""The base of all documents that organisations send each other: versioned, strict, sealed."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fedfleet.federation.canonical import NOTHING, canonical_json, fingerprint
from fedfleet.federation.problems import DocumentError, Problem
from fedfleet.federation.reading import read_mapping
from fedfleet.safe_yaml import SAFE_DUMPER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

API_VERSION: Final = "fedfleet.dev/v1"
_SEALS: Final = ("fingerprint", "signature")
_LONGEST_QUOTE = 60


class Part(BaseModel):
    """A part of a document: unknown fields are refused, and nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


_Part = TypeVar("_Part", bound=Part)


class Document(Part):
    """A document with a version, a kind, a fingerprint and a signature.

    The signature covers ``canonical()``, which is everything but the two seals.
    """

    title: ClassVar[str] = "document"

    api_version: Literal["fedfleet.dev/v1"] = Field(alias="apiVersion")
    kind: str
    fingerprint: str
    signature: str

    @classmethod
    def sealed(cls, content: dict[str, Any], sign: Callable[[bytes], str], rendered: Mapping[str, bytes] = NOTHING) -> Self:
        """The document of ``content`` (fields without version, kind and seals) with fingerprint and signature.

        ``rendered`` has those of its fields in canonical JSON that many documents share, so that they need not be rendered for each.

        Raises:
            DocumentError: the content is not acceptable.
        """
        frame = {"apiVersion": API_VERSION, "kind": cls.__name__, "fingerprint": "", "signature": ""}
        draft = cls.checked(frame | content, cls.title)
        canonical = draft.canonical(rendered)
        return draft.model_copy(update={"fingerprint": fingerprint(canonical), "signature": sign(canonical)})

    @classmethod
    def checked(cls, content: Mapping[str, Any], where: str) -> Self:
        """The document that ``content`` is.

        Raises:
            DocumentError: with every field that is wrong, in words.
        """
        return checked(cls, content, where, f"This is not an acceptable {cls.title}", "Ask its sender for a new one")

    @classmethod
    def read(cls, text: str, where: str) -> Self:
        """The document in a YAML text; ``where`` names the file in errors.

        Raises:
            DocumentError: with everything that is wrong, in words.
        """
        return cls.checked(read_mapping(text, where), where)

    def content(self) -> dict[str, Any]:
        """All fields as plain values, the seals last."""
        fields = self.model_dump(mode="json", by_alias=True)
        return {name: value for name, value in fields.items() if name not in _SEALS} | {name: fields[name] for name in _SEALS}

    def canonical(self, rendered: Mapping[str, bytes] = NOTHING) -> bytes:
        """The bytes that fingerprint and signature are made of: everything but these two; ``rendered`` as in ``sealed``."""
        return canonical_json(self.model_dump(mode="json", by_alias=True, exclude={*_SEALS, *rendered}), rendered)

    def intact(self) -> bool:
        """Whether the fingerprint is that of the content."""
        return self.fingerprint == fingerprint(self.canonical())

    def text(self) -> str:
        """The document as YAML, certificates as readable blocks."""
        return yaml.dump(self.content(), Dumper=_BlockDumper, sort_keys=False, allow_unicode=True, width=120)


def checked(model: type[_Part], content: Mapping[str, Any], where: str, summary: str, next_step: str) -> _Part:
    """``content`` as a ``model``.

    Raises:
        DocumentError: ``summary``, with every field that is wrong, in words.
    """
    try:
        return model.model_validate(dict(content))
    except ValidationError as error:
        problems = [Problem(where, _sentence(model, detail)) for detail in error.errors()]
        raise DocumentError(summary, problems, next_step) from error


class _BlockDumper(SAFE_DUMPER):  # type: ignore[misc]
    """Writes texts of several lines as blocks."""


def _represent_text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_BlockDumper.add_representer(str, _represent_text)


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    """One validation error of pydantic as a sentence."""
    place = [part for part in detail["loc"] if isinstance(part, (str, int))]
    path = ".".join(map(str, place)) or "the document"
    if detail["type"] == "missing":
        return f"the field {path} is missing"
    if detail["type"] == "extra_forbidden":
        known = _fields_at(model, place[:-1])
        near = difflib.get_close_matches(str(place[-1]), known, n=1)
        hint = f"perhaps {near[0]} was meant" if near else f"known are {', '.join(known)}"
        return f"{path} is not a known field; {hint}"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return f"{path}: {message}"
    found = repr(detail["input"])
    quote = found if len(found) <= _LONGEST_QUOTE else f"{found[:_LONGEST_QUOTE]}…"
    return f"{path}: {message[0].lower()}{message[1:]}, found {quote}"


def _fields_at(model: type[BaseModel], place: list[str | int]) -> list[str]:
    """The names of the fields of the part of ``model`` at ``place``."""
    current = model
    for name in place:
        if isinstance(name, int):
            continue
        field = next((field for key, field in current.model_fields.items() if name in (key, field.alias)), None)
        nested = _model_in(field.annotation) if field else None
        if nested is None:
            return []
        current = nested
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation is or contains."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _model_in(argument))), None)
