"""One byte sequence for one content, and fingerprints for the phone."""

import random
import re
import string
from typing import Any

from fedfleet.federation.canonical import canonical_json, fingerprint, same_fingerprint


def _anything(source: random.Random, depth: int = 0) -> Any:
    """Any JSON value."""
    if depth > 3 or source.random() < 0.5:
        return source.choice(
            [None, True, source.randint(-(10**9), 10**9), "".join(source.choices(string.printable + "äß漢", k=source.randint(0, 12)))]
        )
    if source.random() < 0.5:
        return [_anything(source, depth + 1) for _ in range(source.randint(0, 4))]
    return {str(source.random()): _anything(source, depth + 1) for _ in range(source.randint(0, 4))}


def _shuffled(value: Any, source: random.Random) -> Any:
    """The same value, keys in another order."""
    if isinstance(value, dict):
        names = list(value)
        source.shuffle(names)
        return {name: _shuffled(value[name], source) for name in names}
    return [_shuffled(entry, source) for entry in value] if isinstance(value, list) else value


def test_fields_that_were_rendered_before_give_the_same_bytes() -> None:
    content = {"b": [1, {"z": "ä", "a": None}], "a": {"y": 1, "x": [True]}, "c": "text"}
    rendered = {name: canonical_json({name: content[name]})[len(f'{{"{name}":') : -1] for name in ("a", "c")}
    assert canonical_json({"b": content["b"]}, rendered) == canonical_json(content)


def test_the_order_of_keys_changes_nothing() -> None:
    source = random.Random(7)  # noqa: S311 - the same values in every run
    for _ in range(300):
        value = {"content": _anything(source)}
        assert canonical_json(value) == canonical_json(_shuffled(value, source))


def test_different_contents_have_different_bytes() -> None:
    assert canonical_json({"a": "1"}) != canonical_json({"a": 1})


def test_the_bytes_are_plain_ascii_without_spaces() -> None:
    assert canonical_json({"b": "ä", "a": [1, 2]}) == b'{"a":[1,2],"b":"\\u00e4"}'


def test_a_fingerprint_is_four_groups_of_four_signs_that_are_not_mistaken_for_one_another() -> None:
    for number in range(200):
        assert re.fullmatch(r"([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}", fingerprint(str(number).encode()))


def test_a_fingerprint_has_eighty_bits() -> None:
    assert fingerprint(b"").replace("-", "") != fingerprint(b"\x00").replace("-", "")
    assert len({fingerprint(str(number).encode()) for number in range(2000)}) == 2000


def test_fingerprints_are_compared_as_people_write_them() -> None:
    assert same_fingerprint("abcd efgh jklm npqr", "ABCD-EFGH-JKLM-NPQR")


def test_no_fingerprint_is_like_no_other() -> None:
    assert not same_fingerprint("", "")
    assert not same_fingerprint("ABCD-EFGH-JKLM-NPQS", "ABCD-EFGH-JKLM-NPQR")
