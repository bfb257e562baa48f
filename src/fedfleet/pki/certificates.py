"""Certificates: made, read, and held against what they must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fedfleet.pki.keys import key_id, key_weakness
from fedfleet.pki.requests import common_name, general_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)

# Browsers' bound for server certificates, which keeps renewal in practice.
LEAF_LIFETIME: Final = timedelta(days=397)
AUTHORITY_LIFETIME: Final = timedelta(days=3650)
# Self-signed certificates carry a key to be pinned; the key's own life is what counts.
PINNED_LIFETIME: Final = AUTHORITY_LIFETIME
RENEWAL: Final = timedelta(days=60)
# Clocks of sites differ.
_CLOCK_SKEW: Final = timedelta(minutes=10)

SERVER_AND_CLIENT: Final = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
CLIENT_ONLY: Final = (ExtendedKeyUsageOID.CLIENT_AUTH,)


@dataclass(frozen=True)
class CertificateFacts:
    """What a certificate says.

    Attributes:
        subject, issuer: the common names (or the whole name where there is none).
        names: the alternative names.
        not_after: its last moment, UTC.
        key_id: SHA-256 of its public key, hexadecimal.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    key_id: str

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; negative when it has ended."""
        return (self.not_after - now) // timedelta(days=1)


def pem_of(certificate: x509.Certificate) -> str:
    """A certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def load_certificate(text: str | bytes) -> x509.Certificate | None:
    """The certificate in a PEM text or DER bytes; None where there is none that can be read to its end."""
    try:
        certificate = x509.load_der_x509_certificate(text) if isinstance(text, bytes) else x509.load_pem_x509_certificate(text.encode())
        # These are parsed when they are looked at; what cannot be parsed must not surprise anyone later.
        _ = (certificate.public_key(), certificate.subject, certificate.issuer, list(certificate.extensions))
    except _UNREADABLE:
        return None
    return certificate


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """What a certificate says."""
    return CertificateFacts(
        subject=_shown(certificate.subject),
        issuer=_shown(certificate.issuer),
        names=_names(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key_id=key_id(certificate.public_key()),
    )


def self_signed(key: RSAPrivateKey, name: str, now: datetime) -> str:
    """A certificate (PEM) by which a key is known before any CA has signed for it."""
    builder = _builder(common_name(name), common_name(name), key.public_key(), now, PINNED_LIFETIME)
    return pem_of(_leaf(builder, name, SERVER_AND_CLIENT).sign(key, hashes.SHA256()))


def signed(
    authority: x509.Certificate,
    authority_key: RSAPrivateKey,
    name: str,
    key: CertificatePublicKeyTypes,
    now: datetime,
    usages: Iterable[x509.ObjectIdentifier] = SERVER_AND_CLIENT,
) -> str:
    """A certificate (PEM) for ``name`` and a public key, signed by the CA, valid for 397 days or the rest of the CA's life.

    Nothing but the key is taken from whoever asked for it.
    """
    lifetime = min(LEAF_LIFETIME, authority.not_valid_after_utc - now)
    builder = _builder(common_name(name), authority.subject, key, now, lifetime)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
        authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    )
    leaf = _leaf(builder, name, usages).add_extension(issuer, critical=False)
    return pem_of(leaf.sign(authority_key, hashes.SHA256()))


def new_authority(key: RSAPrivateKey, federation: str, domain: str, now: datetime) -> str:
    """The federation's own CA (PEM): it may sign for names below the domain and for nothing else."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{federation} FedFleet CA"[:64])])
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        _builder(subject, subject, key.public_key(), now, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([x509.DNSName(domain)], None), critical=True)
    )
    return pem_of(builder.sign(key, hashes.SHA256()))


def certificate_faults(
    pem: str,
    name: str,
    now: datetime,
    *,
    authority: x509.Certificate | None = None,
    key: str | None = None,
) -> list[str]:
    """Why a certificate is not good for ``name``; empty when it is.

    Args:
        pem: the certificate.
        name: the only name it may carry.
        now: the moment at which it must hold.
        authority: the CA that must have signed it; without one it must have signed itself.
        key: the id of the key it must be for; any without.
    """
    certificate = load_certificate(pem)
    if certificate is None:
        return ["expected a certificate in PEM, found something else"]
    facts = facts_of(certificate)
    faults = []
    if key is not None and facts.key_id != key:
        faults.append("it is for another key than the one it must be for")
    weakness = key_weakness(certificate.public_key())
    faults += [weakness] if weakness else []
    if certificate.subject != common_name(name) or facts.names != (name,):
        faults.append(f"expected the one name {name}, found CN={facts.subject} and {', '.join(facts.names) or 'no alternative name'}")
    if now > facts.not_after:
        faults.append(f"it ended on {facts.not_after:%Y-%m-%d}")
    if now + _CLOCK_SKEW < facts.not_before:
        faults.append(f"it begins on {facts.not_before:%Y-%m-%d %H:%M} UTC only: is this machine's clock right?")
    if _is_authority(certificate):
        faults.append("it is the certificate of a CA")
    issuer = authority or certificate
    if not issued_by(certificate, issuer):
        faults.append(f"it was not signed by {_shown(issuer.subject)}" if authority else "it did not sign itself")
    return faults


def authority_faults(pem: str, domain: str, now: datetime) -> list[str]:
    """Why a certificate cannot be the federation's CA; empty when it can."""
    certificate = load_certificate(pem)
    if certificate is None:
        return ["expected a CA certificate in PEM, found something else"]
    faults = []
    if not _is_authority(certificate):
        faults.append("it is not the certificate of a CA")
    if not issued_by(certificate, certificate):
        faults.append("it did not sign itself")
    if now > certificate.not_valid_after_utc:
        faults.append(f"it ended on {certificate.not_valid_after_utc:%Y-%m-%d}")
    weakness = key_weakness(certificate.public_key())
    faults += [weakness] if weakness else []
    try:
        permitted = certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    except x509.ExtensionNotFound:
        permitted = None
    if permitted is None or [general_name(entry) for entry in permitted] != [domain]:
        faults.append(f"it is not limited to names below {domain}")
    return faults


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether ``issuer`` signed ``certificate``; times, names and usages aside."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (*_UNREADABLE, InvalidSignature):
        return False
    return True


def needs_renewal(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether less than 60 days are left."""
    return certificate.not_valid_after_utc - now < RENEWAL


def _builder(
    subject: x509.Name, issuer: x509.Name, key: CertificatePublicKeyTypes, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    start = now.astimezone(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - _CLOCK_SKEW)
        .not_valid_after(start + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _leaf(builder: x509.CertificateBuilder, name: str, usages: Iterable[x509.ObjectIdentifier]) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=True, key_encipherment=True, key_cert_sign=False, crl_sign=False, content_commitment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(general_name(entry) for entry in names)


def _shown(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()
