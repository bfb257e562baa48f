"""Certificates are issued once, and anew when they no longer say what they should."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from fedfleet_lab.cluster import pki
from fedfleet_lab.cluster.pki import Authority, Leaf

SERVER = Leaf("server", ("group",), ("localhost", "10.89.0.1"), server=True, client=False)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca", "test")


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_an_authority_is_made_once(authority: Authority) -> None:
    before = authority.pair.certificate.read_bytes()
    assert Authority(authority.folder, "test").pair.certificate.read_bytes() == before


def test_a_leaf_is_signed_by_its_authority_and_names_what_it_serves(authority: Authority) -> None:
    issued = certificate(authority.issue("server", SERVER).certificate)
    issued.verify_directly_issued_by(certificate(authority.pair.certificate))
    names = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["10.89.0.1"]


def test_a_server_certificate_is_no_client_certificate(authority: Authority) -> None:
    issued = certificate(authority.issue("server", SERVER).certificate)
    usages = issued.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_an_issued_leaf_is_kept(authority: Authority) -> None:
    first = authority.issue("server", SERVER).certificate.read_bytes()
    assert authority.issue("server", SERVER).certificate.read_bytes() == first


def test_a_leaf_that_must_serve_another_name_is_issued_anew(authority: Authority) -> None:
    first = authority.issue("server", SERVER).certificate.read_bytes()
    other = Leaf("server", ("group",), ("localhost",), server=True, client=False)
    assert authority.issue("server", other).certificate.read_bytes() != first


def test_a_leaf_about_to_expire_is_issued_anew(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    first = authority.issue("server", SERVER).certificate.read_bytes()
    monkeypatch.setattr(pki, "_RENEW_BEFORE", pki._LEAF_LIFETIME)
    assert authority.issue("server", SERVER).certificate.read_bytes() != first


def test_a_leaf_of_another_authority_is_issued_anew(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "other", "test").issue("server", SERVER)
    for ours, theirs in (("server.crt", stranger.certificate), ("server.key", stranger.key)):
        (authority.folder / ours).write_bytes(theirs.read_bytes())
    issued = certificate(authority.issue("server", SERVER).certificate)
    issued.verify_directly_issued_by(certificate(authority.pair.certificate))


def test_a_torn_key_is_replaced(authority: Authority) -> None:
    pair = authority.issue("server", SERVER)
    pair.key.write_text("half a key")
    assert "BEGIN PRIVATE KEY" in authority.issue("server", SERVER).key.read_text()


def test_nobody_else_may_read_a_key(authority: Authority) -> None:
    assert authority.issue("server", SERVER).key.stat().st_mode & 0o077 == 0
