"""YAML that says one thing only: no duplicate keys, no aliases, one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from fedfleet.federation.problems import DocumentError, Problem
from fedfleet.safe_yaml import SAFE_LOADER

if TYPE_CHECKING:
    from collections.abc import Hashable

_LARGEST_BYTES: Final = 1024 * 1024


class _StrictLoader(SAFE_LOADER):  # type: ignore[misc]
    """Refuses what lets one text mean different things to different readers."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(getattr(key, "value", key))
            if name in seen:
                message = f"the key {name!r} twice"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
            seen.add(name)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


def read_mapping(text: str, where: str) -> dict[str, Any]:
    """The mapping that ``text`` holds as one YAML document.

    Raises:
        DocumentError: it is too long, not YAML, more than one document, or not a mapping.
    """

    def wrong(sentence: str) -> DocumentError:
        return DocumentError("The document cannot be read", [Problem(where, sentence)], "Ask its sender for the file again")

    if len(text.encode()) > _LARGEST_BYTES:
        raise wrong(f"expected at most {_LARGEST_BYTES // 1024} KiB, found {len(text.encode()) // 1024} KiB")
    loader = _StrictLoader(text)
    try:
        _refuse_aliases(text)
        content = loader.get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        found = str(getattr(error, "problem", None) or error).removeprefix("but ").removeprefix("found ")
        raise wrong(f"expected one plain YAML document, found {found}{place}") from error
    except ValueError as error:
        raise wrong(f"expected one plain YAML document, found a value that is none: {error}") from error
    finally:
        loader.dispose()
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise wrong(f"expected a mapping of named fields, found {type(content).__name__}")
    return content


def _refuse_aliases(text: str) -> None:
    """They let a short text grow without bound."""
    for event in yaml.parse(text, Loader=SAFE_LOADER):
        if isinstance(event, yaml.AliasEvent):
            message = "an alias"
            raise yaml.constructor.ConstructorError(None, None, message)
