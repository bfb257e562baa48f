"""Certificate authorities and leaf certificates of a lab; keys never leave its folder."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

_AUTHORITY_LIFETIME = dt.timedelta(days=3653)
_LEAF_LIFETIME = dt.timedelta(days=365)
_RENEW_BEFORE = dt.timedelta(days=30)
# Clocks of host and nodes are one; this is for certificates looked at in the very second of their birth.
_BACKDATE = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files in PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Leaf:
    """What a certificate says: who it is, in which groups, and under which names and addresses it serves."""

    common_name: str
    organisations: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    server: bool = False
    client: bool = True

    def subject(self) -> x509.Name:
        """Returns the X.509 subject."""
        groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in self.organisations]
        return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, self.common_name)])

    def alternative_names(self) -> list[x509.GeneralName]:
        """Returns the names as X.509 knows them."""
        return [_general_name(name) for name in self.names]

    def usages(self) -> list[x509.ObjectIdentifier]:
        """Returns what the key may be used for."""
        server = [ExtendedKeyUsageOID.SERVER_AUTH] if self.server else []
        return server + ([ExtendedKeyUsageOID.CLIENT_AUTH] if self.client else [])


class Authority:
    """One certificate authority in a folder of its own; made where it is missing, kept where it is there."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._name = name
        self.pair = Pair(folder / "ca.crt", folder / "ca.key")
        if not self.pair.certificate.exists():
            self._create()
        self._certificate = x509.load_pem_x509_certificate(self.pair.certificate.read_bytes())

    def _create(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._name)])
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            _builder(name, name, key.public_key(), _AUTHORITY_LIFETIME)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, hashes.SHA256())
        )
        # The certificate last: its presence says that the pair is complete.
        write_secret(self.pair.key, _key_pem(key))
        write_secret(self.pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, leaf: Leaf, folder: Path | None = None) -> Pair:
        """Returns a pair for `leaf`; the one in the folder as long as it says the same and has a month to live."""
        place = folder or self.folder
        pair = Pair(place / f"{name}.crt", place / f"{name}.key")
        if not self._holds(pair, leaf):
            self._sign(pair, leaf)
        return pair

    def _holds(self, pair: Pair, leaf: Leaf) -> bool:
        try:
            found = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
            key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
            found.verify_directly_issued_by(self._certificate)
        except Exception:
            return False
        return (
            key.public_key() == found.public_key()
            and found.subject == leaf.subject()
            and _extension_values(found) == (leaf.alternative_names(), leaf.usages())
            and found.not_valid_after_utc - _RENEW_BEFORE > _now()
        )

    def _sign(self, pair: Pair, leaf: Leaf) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        authority_key = serialization.load_pem_private_key(self.pair.key.read_bytes(), None)
        if not isinstance(authority_key, ec.EllipticCurvePrivateKey):
            msg = f"{self.pair.key} holds no elliptic-curve key"
            raise TypeError(msg)
        builder = (
            _builder(leaf.subject(), self._certificate.subject, key.public_key(), _LEAF_LIFETIME)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(leaf.usages()), critical=False)
        )
        if leaf.names:
            builder = builder.add_extension(x509.SubjectAlternativeName(leaf.alternative_names()), critical=False)
        certificate = builder.sign(authority_key, hashes.SHA256())
        write_secret(pair.key, _key_pem(key))
        write_secret(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def signing_key(folder: Path, name: str) -> Pair:
    """Returns a bare key pair (public half instead of a certificate), made where it is missing."""
    pair = Pair(folder / f"{name}.pub", folder / f"{name}.key")
    if not pair.certificate.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        write_secret(pair.key, _key_pem(key))
        public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        write_secret(pair.certificate, public)
    return pair


def write_secret(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    temporary.replace(path)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lifetime: dt.timedelta) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - _BACKDATE)
        .not_valid_after(_now() + lifetime)
    )


def _extension_values(certificate: x509.Certificate) -> tuple[list[x509.GeneralName], list[x509.ObjectIdentifier]]:
    extensions = certificate.extensions
    usages = list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    try:
        names = list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        names = []
    return names, usages


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(IPv4Address(ip_address(name)))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
