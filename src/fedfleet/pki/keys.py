"""Private keys, and the name of a public one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

RSA_BITS: Final = 3072
_WEAKEST_CURVE_BITS: Final = 256


class PrivateKeyError(FedFleetError):
    """A private key cannot be used."""


def new_key() -> rsa.RSAPrivateKey:
    """A new RSA key of 3072 bits (128 bits of security until 2030 and beyond, NIST SP 800-57)."""
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def key_pem(key: rsa.RSAPrivateKey) -> str:
    """A private key as unencrypted PKCS#8 PEM, which Pulsar demands and nginx takes."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


def load_key(pem: str, where: str) -> rsa.RSAPrivateKey:
    """The RSA key in a PEM text; ``where`` names its place in errors, never its content.

    Raises:
        PrivateKeyError: there is no usable RSA key in it.
    """
    expected = "an unencrypted RSA key in PEM"
    next_step = "Put the key back from the site's backup, or remove the whole Secret so that a new one is made"
    try:
        # The check of an RSA key's numbers takes 0.2 s and guards against keys of others; these are our own.
        key = serialization.load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise PrivateKeyError("A private key cannot be read", expected=expected, where=where, next_step=next_step) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise PrivateKeyError("A private key is of another kind", expected=expected, where=where, next_step=next_step)
    return key


def key_id(key: PublicKeyTypes) -> str:
    """The SHA-256 of a public key (SubjectPublicKeyInfo, DER) in hexadecimal: what is pinned."""
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()


def key_weakness(key: object) -> str:
    """Why a public key is too weak or of no use here; empty when it is good."""
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < RSA_BITS:
            return f"expected an RSA key of at least {RSA_BITS} bits, found {key.key_size}"
        if key.public_numbers().e < 65537:
            return f"expected an RSA key with the exponent 65537, found {key.public_numbers().e}"
        return ""
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.key_size < _WEAKEST_CURVE_BITS:
            return f"expected an elliptic curve of at least {_WEAKEST_CURVE_BITS} bits, found {key.curve.name}"
        return ""
    return f"expected an RSA or elliptic-curve key, found {type(key).__name__}"
