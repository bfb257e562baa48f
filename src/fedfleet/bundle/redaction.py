"""Takes secrets out of what goes into a bundle: by what is known to be secret, and by structure.

Known are the values in the Secrets of the sites: wherever one of them turns up, in whatever encoding, it goes. By structure go private keys,
tokens, passwords in addresses, and values whose name says that they are secret.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

REMOVED: Final = "[removed]"
# What is shorter is found in innocent words; such values are kept out by structure alone, as whole Secrets never get in.
_SHORTEST: Final = 6
# A longer text is also looked for line by line: logs break lines.
_SHORTEST_LINE: Final = 16
_SECRET_NAME: Final = re.compile(
    r"pass(word|wd|phrase)?$|pwd$|secret(?!name)|token$|(api|access|private|secret|signing|encryption)[-_.]?key|credential|^authorization$|^cookie$",
    re.IGNORECASE,
)
_PATTERNS: Final = (
    # PEM, also where an editor or JSON made "\n" of its line ends, and where its end is cut off.
    re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    # JSON Web Tokens: service accounts, OIDC.
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
)
_GROUPS: Final = (
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9+/=_.~-]{8,}"),
    # user:password@host
    re.compile(r"(://[^\s:/@\"']{1,64}:)[^\s/@\"']+(?=@)"),
    # name = value, name: value, "name": "value", on one line, whatever stands before the name, as in MYSQL_ROOT_PASSWORD.
    re.compile(
        r"(?i)((?:password|passwd|passphrase|secret|token|credentials?|(?:api|access|private|secret|signing|encryption)[-_.]?key)"
        r"(?:\\?[\"'])?[ \t]*[:=][ \t]*(?:\\?[\"'])?)(?!\[removed\]|(?:true|false|null)\b)[^\s\"',;}\\]+"
    ),
    # --password value
    re.compile(r"(?i)(--[\w-]*(?:password|passphrase|secret|token|key)[ \t]+)(?!\[removed\])[^\s\"',;}]+"),
)
_LEFT_OUT: Final = frozenset({"managedFields"})
_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


class Redactor:
    """Takes secrets out of texts and objects."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """``secrets`` are values that must not be in any text, in any of the encodings they travel in."""
        # The longest first: a value may hold another.
        forms = sorted({form for value in secrets for form in _forms(value)}, key=len, reverse=True)
        self._known = forms

    def text(self, text: str) -> str:
        """The text without what is known or looks to be secret."""
        for pattern in _PATTERNS:
            text = pattern.sub(REMOVED, text)
        # One after the other: many times quicker than one expression of all of them.
        for form in self._known:
            text = text.replace(form, REMOVED)
        for pattern in _GROUPS:
            text = pattern.sub(rf"\g<1>{REMOVED}", text)
        return text

    def object(self, content: Any) -> Any:
        """An object of the API without what is secret: of Secrets names remain, of their values the number of bytes."""
        if isinstance(content, Mapping) and content.get("kind") == "Secret":
            content = _without_values(content)
        return self._cleaned(content)

    def _cleaned(self, content: Any, name: str = "") -> Any:
        if isinstance(content, Mapping):
            return self._mapping(content)
        if isinstance(content, (list, tuple)):
            return [self._cleaned(entry, name) for entry in content]
        if isinstance(content, str):
            return REMOVED if content and _SECRET_NAME.search(name) else self.text(content)
        return content

    def _mapping(self, content: Mapping[str, Any]) -> dict[str, Any]:
        cleaned = {
            self.text(str(key)): self._cleaned(value, str(key))
            for key, value in content.items()
            if key not in _LEFT_OUT and key != _APPLIED
        }
        # An environment variable has its name and its value beside each other.
        if isinstance(content.get("name"), str) and isinstance(content.get("value"), str) and _SECRET_NAME.search(content["name"]):
            cleaned["value"] = REMOVED
        return cleaned


def secret_values(secrets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every value in Secrets as the API has them."""
    for secret in secrets:
        for encoded in (secret.get("data") or {}).values():
            try:
                yield base64.b64decode(encoded).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                yield str(encoded)


def _without_values(secret: Mapping[str, Any]) -> dict[str, Any]:
    keys = [f"{key} ({len(value) * 3 // 4 - value.count('=')} bytes)" for key, value in (secret.get("data") or {}).items()]
    metadata = {key: value for key, value in secret["metadata"].items() if key != "annotations"}
    return {"apiVersion": "v1", "kind": "Secret", "type": secret.get("type", ""), "metadata": metadata, "keys": keys}


def _forms(value: str) -> Iterator[str]:
    """A value as it may turn up: plain, in base64, in an address, in JSON, and each of its lines."""
    stripped = value.strip()
    for plain in {value, stripped}:
        if len(plain) >= _SHORTEST:
            yield plain
            yield from (quote(plain, safe=""), quote_plus(plain), json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1])
            yield from _in_base64(plain.encode("utf-8", "replace"))
    lines = [line.strip() for line in stripped.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----"))


def _in_base64(content: bytes) -> Iterator[str]:
    """In base64, by itself and, for what holds it among other bytes, from each of the three places it can start at."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(content).decode("ascii")
        for before in (1, 2):
            # The first and last characters depend on the neighbours.
            inner = encode(b"\0" * before + content).decode("ascii").rstrip("=")[before + 1 : -2]
            if len(inner) >= _SHORTEST_LINE:
                yield inner
        inner = encode(content).decode("ascii").rstrip("=")[:-2]
        if len(inner) >= _SHORTEST_LINE:
            yield inner
