"""One byte sequence for one content, and the fingerprint people read to each other over the phone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

# 32 signs without those that are mistaken for one another when spoken or written: I, O, 0 and 1.
_SIGNS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_BITS: Final = 80
_GROUP: Final = 4


NOTHING: Final[Mapping[str, bytes]] = MappingProxyType({})


def canonical_json(content: Mapping[str, Any], rendered: Mapping[str, bytes] = NOTHING) -> bytes:
    """``content`` as JSON with sorted keys, no spaces and ASCII only: the bytes that are hashed and signed.

    ``rendered`` are further fields, each as the bytes that this function makes of it.
    """
    fields = {name: _json(value) for name, value in content.items()} | dict(rendered)
    return b"{" + b",".join(_json(name) + b":" + fields[name] for name in sorted(fields)) + b"}"


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def fingerprint(canonical: bytes) -> str:
    """The first 80 bits of the SHA-256, as four groups of four signs: ``ABCD-EFGH-JKLM-NPQR``."""
    number = int.from_bytes(hashlib.sha256(canonical).digest()[: _BITS // 8], "big")
    signs = "".join(_SIGNS[(number >> shift) & 31] for shift in range(_BITS - 5, -1, -5))
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def same_fingerprint(one: str, other: str) -> bool:
    """Whether two fingerprints are the same as people write them: case, spaces and hyphens don't count."""

    def bare(text: str) -> str:
        return "".join(sign for sign in text.upper() if sign.isalnum())

    return bool(bare(one)) and bare(one) == bare(other)
