"""Whether a value is what its variable takes: types, choices, fields and ranges. Everything that is wrong, as sentences."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fedfleet.inventory.ranges import number_fault, quantity_fault, text_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fedfleet.inventory.catalogue import Option

Path = tuple[str, ...]

_LONGEST_QUOTE = 60
_TRUE_OR_FALSE = frozenset({"y", "yes", "on", "t", "true", "1", "n", "no", "off", "f", "false", "0"})
_WORDS = {
    "str": "a text",
    "path": "a path",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "a mapping",
}


def value_faults(name: str, option: Option, value: object) -> Iterator[str]:
    """What is wrong with the value of a variable."""
    yield from _faults((name,), option, value)


def quoted(value: object) -> str:
    """A value as messages show it."""
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _faults(path: Path, option: Option, value: object) -> Iterator[str]:
    if option.type not in _CHECKS:
        return
    if value is None or not _CHECKS[option.type](value):
        hint = _hint(option, value)
        yield f"{_said(path)}: expected {_WORDS[option.type]}, found {quoted(value)}{hint}"
    elif option.choices:
        if str(value) not in map(str, option.choices):
            yield f"{_said(path)}: expected one of {', '.join(map(str, option.choices))}, found {quoted(value)}"
    elif isinstance(value, Mapping):
        yield from _field_faults(path, option, value)
    elif option.type == "list" and isinstance(value, (list, tuple)):
        for number, element in enumerate(value):
            if option.elements is not None:
                yield from _faults((*path, str(number)), option.elements, element)
    else:
        fault = _range_fault(path, option, value)
        if fault:
            yield f"{_said(path)}: expected {fault}, found {quoted(value)}"


def _field_faults(path: Path, option: Option, value: Mapping[object, object]) -> Iterator[str]:
    for key, inner in value.items():
        if not option.options:
            yield from _free_faults((*path, str(key)), inner)
        elif str(key) in option.options:
            yield from _faults((*path, str(key)), option.options[str(key)], inner)
        else:
            near = difflib.get_close_matches(str(key), option.options, n=1)
            hint = f"perhaps {near[0]} was meant" if near else f"it takes {', '.join(option.options)}"
            yield f"{_said((*path, str(key)))} is no field of {_said(path)}; {hint}"
    for name, needed in option.options.items():
        if needed.required and name not in value:
            yield f"{_said(path)} lacks {name}"


def _free_faults(path: Path, value: object) -> Iterator[str]:
    """Of a mapping that takes any fields, what is known of them all the same."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _free_faults((*path, str(key)), inner)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        fault = quantity_fault(path, str(value))
        if fault:
            yield f"{_said(path)}: expected {fault}, found {quoted(value)}"


def _range_fault(path: Path, option: Option, value: object) -> str:
    if option.type in ("int", "float"):
        return number_fault(path, _number(value))
    if option.type == "str":
        return text_fault(path, str(value))
    return ""


def _number(value: object) -> float:
    number = float(str(value))
    return int(number) if number.is_integer() else number


def _is_text(value: object) -> bool:
    # YAML reads 30000 as a number, and everybody means the digits; of `yes` nobody knows what was meant.
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().removeprefix("-").isdecimal()
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
        return True
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool) or (isinstance(value, (str, int)) and str(value).lower() in _TRUE_OR_FALSE)


_CHECKS: dict[str, Callable[[object], bool]] = {
    "str": _is_text,
    "path": lambda value: isinstance(value, str),
    "int": _is_whole,
    "float": _is_number,
    "bool": _is_switch,
    "list": lambda value: isinstance(value, (list, tuple)),
    "dict": lambda value: isinstance(value, Mapping),
}


def _hint(option: Option, value: object) -> str:
    if option.type == "list" and isinstance(value, (str, int)) and not isinstance(value, bool):
        return f"; a list of one is written [{value}]"
    if option.type == "str" and isinstance(value, bool):
        return "; YAML reads the word as true or false unless it stands in quotes"
    return ""


def _said(path: Path) -> str:
    """A path as people write it: ``exchange_party_ports[0].first``."""
    return path[0] + "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in path[1:])
