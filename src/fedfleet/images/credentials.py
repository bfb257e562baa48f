"""Who we are to a registry: read from files or standard input, never from a command line, and never shown."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from fedfleet.images.errors import CredentialsError

if TYPE_CHECKING:
    from pathlib import Path

USER_VARIABLE = "FEDFLEET_REGISTRY_USER"
PASSWORD_VARIABLE = "FEDFLEET_REGISTRY_PASSWORD"  # noqa: S105  a variable's name


@dataclass(frozen=True)
class Credentials:
    """A user and password."""

    user: str
    password: str = field(repr=False)

    def basic(self) -> str:
        """Base64 of both, as HTTP's basic scheme and ``docker login``'s file have it."""
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def authfile(self, host: str) -> str:
        """The text of a file as ``docker login`` writes it, for ``host``."""
        return json.dumps({"auths": {host: {"auth": self.basic()}}})


def from_authfile(path: Path, host: str) -> Credentials | None:
    """What ``docker login`` kept for ``host``; None where it kept nothing.

    Raises:
        CredentialsError: the file cannot be read, or is not one.
    """
    try:
        known = json.loads(path.read_text(encoding="utf-8")).get("auths", {})
        entry = str(known.get(host, {}).get("auth", ""))
        user, separator, password = base64.b64decode(entry, validate=True).decode().partition(":")
    except (OSError, ValueError, AttributeError) as problem:
        raise CredentialsError(
            "the file with the registry's credentials is not one",
            expected='{"auths": {"HOST": {"auth": "..."}}}',
            found=type(problem).__name__,
            where=str(path),
        ) from problem
    return Credentials(user, password) if separator else None


def from_env_file(path: Path) -> Credentials:
    """The two variables in a file of ``NAME=value`` lines; quotes around a value are taken off, lines with # passed over.

    Raises:
        CredentialsError: the file cannot be read, or lacks one of them.
    """
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as problem:
        raise CredentialsError(
            "the file with the registry's credentials cannot be read", found=type(problem).__name__, where=str(path)
        ) from problem
    for line in lines:
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if separator and not name.startswith("#"):
            found[name.strip()] = _unquoted(value.strip())
    missing = [name for name in (USER_VARIABLE, PASSWORD_VARIABLE) if not found.get(name)]
    if missing:
        raise CredentialsError(
            "the file with the registry's credentials lacks " + " and ".join(missing),
            expected=f"lines {USER_VARIABLE}=... and {PASSWORD_VARIABLE}=...",
            where=str(path),
        )
    return Credentials(found[USER_VARIABLE], found[PASSWORD_VARIABLE])


def from_stream(user: str, stream: TextIO) -> Credentials:
    """The password is the first line of ``stream``.

    Raises:
        CredentialsError: there is none.
    """
    password = stream.readline().rstrip("\r\n")
    if not password:
        raise CredentialsError("no password came in on standard input", expected="one line", next_step="pipe it in: `... < FILE`")
    return Credentials(user, password)


def _unquoted(value: str) -> str:
    for quote in ("'", '"'):
        if len(value) > 1 and value.startswith(quote) and value.endswith(quote):
            return value[1:-1]
    return value
