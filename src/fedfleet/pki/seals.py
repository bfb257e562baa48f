"""Signatures over documents: RSA with PKCS#1 v1.5 and SHA-256, in base64. The same key and bytes always give the same text."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes, PublicKeyTypes


def sealer(key: rsa.RSAPrivateKey) -> Callable[[bytes], str]:
    """A function that signs with ``key``."""

    def sign(content: bytes) -> str:
        return base64.b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode("ascii")

    return sign


def seal_holds(content: bytes, signature: str, key: PublicKeyTypes | CertificatePublicKeyTypes) -> bool:
    """Whether ``signature`` is that of ``content`` by ``key``."""
    try:
        given = base64.b64decode(signature, validate=True)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(given, content, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(given, content, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
