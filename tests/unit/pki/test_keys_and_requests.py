"""Keys, and the requests that leave a party in their place."""

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from fedfleet.pki.keys import PrivateKeyError, key_id, key_pem, key_weakness, load_key
from fedfleet.pki.requests import common_name, new_request, request_faults
from support.parties import key

NAME = "30000.fate.test.internal"


def _request(own: object, subject: x509.Name, *extensions: x509.ExtensionType, algorithm: hashes.HashAlgorithm | None = None) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(own, algorithm or hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()  # type: ignore[arg-type]


def _names(*names: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DNSName(name) for name in names])


def test_a_key_has_three_thousand_and_seventy_two_bits() -> None:
    assert key(30000).key_size == 3072


def test_a_key_is_stored_as_pulsar_wants_it() -> None:
    assert key_pem(key(30000)).startswith("-----BEGIN PRIVATE KEY-----\n")


def test_a_key_reads_back() -> None:
    assert key_id(load_key(key_pem(key(30000)), "here").public_key()) == key_id(key(30000).public_key())


def test_what_is_no_key_is_refused_without_showing_it() -> None:
    with pytest.raises(PrivateKeyError) as refused:
        load_key("-----BEGIN PRIVATE KEY-----\nhunter2\n", "Secret fate-30000/nginx-cert")
    assert "Secret fate-30000/nginx-cert" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_key_of_another_kind_is_refused() -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    pem = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    with pytest.raises(PrivateKeyError, match="another kind"):
        load_key(pem, "here")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: rsa.generate_private_key(65537, 2048).public_key(), "at least 3072 bits, found 2048"),
        (lambda: rsa.generate_private_key(3, 3072).public_key(), "exponent 65537, found 3"),
        (lambda: ec.generate_private_key(ec.SECP192R1()).public_key(), "at least 256 bits, found secp192r1"),
        (lambda: ed25519.Ed25519PrivateKey.generate().public_key(), "expected an RSA or elliptic-curve key"),
    ],
)
def test_a_weak_key_is_named(make: Callable[[], object], said: str) -> None:
    assert said in key_weakness(make())


@pytest.mark.parametrize("good", [ec.generate_private_key(ec.SECP256R1()).public_key(), key(30000).public_key()])
def test_a_strong_key_is_fine(good: object) -> None:
    assert key_weakness(good) == ""


def test_a_request_is_good_for_its_own_name() -> None:
    assert request_faults(new_request(key(30000), NAME), NAME) == []


def test_the_same_key_and_name_give_the_same_request() -> None:
    assert new_request(key(30000), NAME) == new_request(key(30000), NAME)


def test_a_request_is_not_good_for_another_name() -> None:
    assert request_faults(new_request(key(30000), NAME), "40000.fate.test.internal") == [
        "expected the subject CN=40000.fate.test.internal, found CN=30000.fate.test.internal",
        "expected the one alternative name 40000.fate.test.internal, found 30000.fate.test.internal",
    ]


@pytest.mark.parametrize("more", [(NAME, "40000.fate.test.internal"), (NAME, "*.fate.test.internal"), ()])
def test_a_request_has_one_alternative_name(more: tuple[str, ...]) -> None:
    extensions = (_names(*more),) if more else ()
    assert "expected the one alternative name" in request_faults(_request(key(30000), common_name(NAME), *extensions), NAME)[0]


def test_an_address_is_no_alternative_name() -> None:
    import ipaddress

    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("198.51.100.30"))])
    assert request_faults(_request(key(30000), common_name(NAME), names), NAME) == [
        f"expected the one alternative name {NAME}, found IPAddress:198.51.100.30"
    ]


def test_a_subject_with_more_than_the_name_is_refused() -> None:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "x,CN=exchange")])
    assert "expected the subject" in request_faults(_request(key(30000), subject, _names(NAME)), NAME)[0]


def test_a_request_for_a_ca_is_refused() -> None:
    request = _request(key(30000), common_name(NAME), _names(NAME), x509.BasicConstraints(ca=True, path_length=None))
    assert request_faults(request, NAME) == ["it asks for the certificate of a CA"]


def test_a_request_with_a_weak_key_is_refused() -> None:
    weak = rsa.generate_private_key(65537, 2048)
    assert request_faults(_request(weak, common_name(NAME), _names(NAME)), NAME) == [
        "expected an RSA key of at least 3072 bits, found 2048"
    ]


def test_a_request_signed_by_another_key_is_refused() -> None:
    """The key in the request is another's; whoever sent it does not hold it."""
    ours, theirs = (x509.load_pem_x509_csr(new_request(key(number), NAME).encode()) for number in (30000, 40000))
    forged = ours.public_bytes(serialization.Encoding.DER).replace(
        ours.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        theirs.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
    )
    pem = x509.load_der_x509_csr(forged).public_bytes(serialization.Encoding.PEM).decode()
    assert "the sender does not hold the key" in request_faults(pem, NAME)[0]


@pytest.mark.parametrize("text", ["", "nothing", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"])
def test_what_is_no_request_is_refused(text: str) -> None:
    assert request_faults(text, NAME) == ["expected a certificate request in PEM, found something else"]
