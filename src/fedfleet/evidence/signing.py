"""Signatures of evidence: JSON Web Signatures with detached content (RFC 7515, appendix F) by an Ed25519 key (EdDSA of RFC 8037).

The signature is a file of its own, `<run>.json.jws`, in the compact form `header..signature`. Any JOSE library verifies it: put the base64url
of the evidence's bytes between the dots. The header's `kid` is the key's thumbprint (RFC 7638). The key is the site owner's: made once, readable
by them alone, on the machine that runs Ansible.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from fedfleet.errors import FedFleetError

SUFFIX: Final = ".jws"
_TYPE: Final = "fedfleet-evidence"
_ONLY_OURS: Final = 0o600


class EvidenceError(FedFleetError):
    """Evidence cannot be signed, or is not what its signature says."""


@dataclass(frozen=True)
class Verified:
    """A signature that fits: the thumbprint of the key that made it."""

    key_id: str


def key_path() -> Path:
    """Return where the owner's key is: in XDG's configuration directory."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "fedfleet" / "evidence-key.pem"


def own_key(path: Path) -> Ed25519PrivateKey:
    """Return the owner's key, and make it where there is none.

    Raises:
        EvidenceError: it cannot be read or made, or others may read it.
    """
    try:
        _make(path)
        if path.stat().st_mode & 0o077:
            raise EvidenceError(
                "The key of the evidence can be read by others",
                expected="mode 0600",
                found=f"mode {path.stat().st_mode & 0o777:04o}",
                where=str(path),
                next_step=f"chmod 600 {path}; if others may have read it, delete it, so that a new one is made, and tell whoever verifies",
            )
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise EvidenceError(
            "The key of the evidence cannot be used", found=str(error), where=str(path), next_step="Put the key back, or delete it"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceError("The key of the evidence is of another kind", expected="an Ed25519 key", where=str(path), next_step="Delete it")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in a PEM file.

    Raises:
        EvidenceError: there is no such key in it.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise EvidenceError(
            "The public key cannot be read", expected="a PEM file of fedfleet evidence key", found=str(error), where=str(path)
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceError("The public key is of another kind", expected="an Ed25519 key", where=str(path))
    return key


def public_pem(key: Ed25519PublicKey) -> str:
    """Return a public key for those who verify."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def thumbprint(key: Ed25519PublicKey) -> str:
    """Return the key's id: RFC 7638 over the members of RFC 8037, section 2."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _encoded(hashlib.sha256(_canonical({"crv": "Ed25519", "kty": "OKP", "x": _encoded(raw)})).digest())


def sign(content: bytes, key: Ed25519PrivateKey) -> str:
    """Return the detached signature of some bytes."""
    header = _encoded(_canonical({"alg": "EdDSA", "kid": thumbprint(key.public_key()), "typ": _TYPE}))
    return f"{header}..{_encoded(key.sign(_signed(header, content)))}"


def verify(content: bytes, signature: str, key: Ed25519PublicKey, where: str) -> Verified:
    """Return whose signature it is.

    Raises:
        EvidenceError: the signature is malformed, of another key, or the content is not what was signed.
    """
    header, payload, signed = _parts(signature, where)
    told = _header(header, where)
    known = thumbprint(key)
    if told.get("kid") != known or told.get("alg") != "EdDSA" or told.get("typ") != _TYPE or payload:
        raise EvidenceError(
            "The evidence is signed by another key",
            expected=f"key {known}",
            found=f"key {told.get('kid')}, algorithm {told.get('alg')}",
            where=where,
            next_step="Ask its owner for the public key (fedfleet evidence key), and name that with --key",
        )
    try:
        key.verify(_decoded(signed, where), _signed(header, content))
    except InvalidSignature as error:
        raise EvidenceError(
            "The evidence was changed after it was signed, or its signature was",
            where=where,
            next_step="Do not rely on it; fetch it again from where the run was made",
        ) from error
    return Verified(known)


def _make(path: Path) -> None:
    """Make the key, whole or not at all; whoever is second takes the first one's."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OURS)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _parts(signature: str, where: str) -> tuple[str, str, str]:
    parts = signature.strip().split(".")
    if len(parts) != 3:
        raise EvidenceError("The signature is malformed", expected="header..signature (RFC 7515, appendix F)", where=where)
    return parts[0], parts[1], parts[2]


def _header(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(_decoded(text, where))
    except ValueError as error:
        raise EvidenceError("The signature's header is malformed", expected="JSON", where=where) from error
    return found if isinstance(found, dict) else {}


def _signed(header: str, content: bytes) -> bytes:
    """RFC 7515, section 5.1: what is signed."""
    return f"{header}.{_encoded(content)}".encode("ascii")


def _canonical(value: dict[str, str]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvidenceError("The signature is malformed", expected="base64url", where=where) from error
