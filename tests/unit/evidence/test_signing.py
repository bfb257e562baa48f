"""A signature holds for the very bytes that were signed, by the very key."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fedfleet.evidence.signing import EvidenceError, own_key, public_pem, read_public_key, sign, thumbprint, verify

CONTENT = b'{"run": "1"}\n'


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def test_a_good_signature_holds(key: Ed25519PrivateKey) -> None:
    assert verify(CONTENT, sign(CONTENT, key), key.public_key(), "here").key_id == thumbprint(key.public_key())


def test_a_changed_file_does_not(key: Ed25519PrivateKey) -> None:
    with pytest.raises(EvidenceError, match="changed after it was signed"):
        verify(CONTENT.replace(b"1", b"2"), sign(CONTENT, key), key.public_key(), "here")


def test_another_key_does_not(key: Ed25519PrivateKey) -> None:
    with pytest.raises(EvidenceError, match="signed by another key"):
        verify(CONTENT, sign(CONTENT, Ed25519PrivateKey.generate()), key.public_key(), "here")


def test_a_key_that_only_claims_to_be_another_does_not(key: Ed25519PrivateKey) -> None:
    _, _, other = sign(CONTENT, Ed25519PrivateKey.generate()).split(".")
    header = sign(CONTENT, key).split(".")[0]
    with pytest.raises(EvidenceError, match="changed after it was signed"):
        verify(CONTENT, f"{header}..{other}", key.public_key(), "here")


@pytest.mark.parametrize("signature", ["", "x", "a.b", "!!..??", "bm8..bm8"])
def test_nonsense_is_an_error_in_words(key: Ed25519PrivateKey, signature: str) -> None:
    with pytest.raises(EvidenceError):
        verify(CONTENT, signature, key.public_key(), "here")


def test_the_format_is_that_of_the_rfc(key: Ed25519PrivateKey) -> None:
    header, payload, signature = sign(CONTENT, key).split(".")
    told = json.loads(base64.urlsafe_b64decode(header + "=="))
    assert (told["alg"], payload) == ("EdDSA", "")
    # RFC 7515, section 5.1: the signature is over header, dot, content, both base64url.
    signed = f"{header}.{base64.urlsafe_b64encode(CONTENT).decode().rstrip('=')}".encode()
    key.public_key().verify(base64.urlsafe_b64decode(signature + "=="), signed)


def test_a_thumbprint_is_that_of_rfc_8037() -> None:
    # RFC 8037, appendix A: the key, and its thumbprint in A.3.
    secret = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    assert thumbprint(Ed25519PrivateKey.from_private_bytes(secret).public_key()) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "fedfleet" / "key.pem"
    made = own_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert public_pem(own_key(path).public_key()) == public_pem(made.public_key())
    assert [entry.name for entry in path.parent.iterdir()] == ["key.pem"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    own_key(path)
    path.chmod(0o644)
    with pytest.raises(EvidenceError, match="can be read by others"):
        own_key(path)


def test_a_public_key_reads_back(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    (tmp_path / "key.pub").write_text(public_pem(key.public_key()))
    assert thumbprint(read_public_key(tmp_path / "key.pub")) == thumbprint(key.public_key())
