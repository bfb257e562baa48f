"""Certificate requests: what leaves a party instead of its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from fedfleet.pki.keys import key_weakness

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
_ACCEPTED_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def common_name(name: str) -> x509.Name:
    """The subject ``CN=name`` and nothing else, so that a whole subject can be compared without parsing it."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def new_request(key: RSAPrivateKey, name: str) -> str:
    """A request (PEM) for ``name``. The same key and name always give the same text."""
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(common_name(name)).add_extension(names, critical=False)
    return request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode("ascii")


def load_request(pem: str) -> x509.CertificateSigningRequest | None:
    """The request in a PEM text; None where there is none that can be read to its end."""
    try:
        request = x509.load_pem_x509_csr(pem.encode())
        # These are parsed when they are looked at; what cannot be parsed must not surprise anyone later.
        _ = (request.public_key(), request.subject, list(request.extensions), request.signature_hash_algorithm)
    except _UNREADABLE:
        return None
    return request


def request_faults(pem: str, name: str) -> list[str]:
    """Why a request must not be signed for ``name``; empty when it may."""
    request = load_request(pem)
    if request is None:
        return ["expected a certificate request in PEM, found something else"]
    faults = []
    if not _signed_by_itself(request):
        faults.append("its signature is not of its own key: the sender does not hold the key, or the request was changed")
    if not isinstance(request.signature_hash_algorithm, _ACCEPTED_HASHES):
        faults.append("expected a signature with SHA-256 or better")
    weakness = key_weakness(request.public_key())
    faults += [weakness] if weakness else []
    return faults + _name_faults(request, name)


def _signed_by_itself(request: x509.CertificateSigningRequest) -> bool:
    try:
        return request.is_signature_valid
    except _UNREADABLE:
        return False


def _name_faults(request: x509.CertificateSigningRequest, name: str) -> list[str]:
    faults = []
    if request.subject != common_name(name):
        faults.append(f"expected the subject CN={name}, found {request.subject.rfc4514_string() or 'none'}")
    found: list[str] = []
    for extension in request.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            found += [general_name(entry) for entry in extension.value]
        elif isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
            faults.append("it asks for the certificate of a CA")
    if found != [name]:
        faults.append(f"expected the one alternative name {name}, found {', '.join(found) or 'none'}")
    return faults


def general_name(entry: x509.GeneralName) -> str:
    """An alternative name as text; kinds other than DNS say what they are."""
    if isinstance(entry, x509.DNSName):
        return entry.value
    return f"{type(entry).__name__}:{entry.value}"
