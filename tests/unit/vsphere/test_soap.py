"""What is asked again over SOAP, and what is not."""

import ssl
from collections.abc import Callable

import pytest

from fedfleet.vsphere import CertificateError, UnreachableError, soap
from fedfleet.vsphere.soap import Soap


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The attempts after which it waited, in the place of the pauses."""
    waited: list[int] = []
    monkeypatch.setattr(soap, "_pause", waited.append)
    return waited


@pytest.fixture
def known() -> Soap:
    return Soap("vcenter.example", 443, "fedfleet@vsphere.local", "secret", ssl.create_default_context())


def failing(*failures: Exception) -> Callable[[], str]:
    left = list(failures)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "an answer"

    return call


def test_a_read_whose_connection_is_reset_is_asked_again(known: Soap, pauses: list[int]) -> None:
    assert known.ask("read", failing(ConnectionResetError("reset"), BrokenPipeError("gone"))) == "an answer"
    assert pauses == [1, 2]


def test_a_read_is_not_asked_for_ever(known: Soap, pauses: list[int]) -> None:
    with pytest.raises(UnreachableError, match="broke off"):
        known.ask("read", failing(*[ConnectionResetError("reset")] * 9))
    assert pauses == [1, 2, 3, 4]


def test_what_may_have_been_carried_out_is_not_sent_again(known: Soap, pauses: list[int]) -> None:
    with pytest.raises(UnreachableError) as told:
        known.ask("power on", failing(ConnectionResetError("reset")), repeatable=False)
    assert told.value.perhaps_done
    assert pauses == []


def test_what_was_not_sent_is_sent_again(known: Soap, pauses: list[int]) -> None:
    assert known.ask("power on", failing(ConnectionRefusedError("refused")), repeatable=False) == "an answer"
    assert pauses == [1]


def test_a_wrong_certificate_is_wrong_at_once(known: Soap, pauses: list[int]) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    with pytest.raises(CertificateError, match="self-signed"):
        known.ask("read", failing(error))
    assert pauses == []


def test_a_login_whose_connection_is_reset_is_tried_again(known: Soap, pauses: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    connect = failing(ConnectionResetError("reset"))
    monkeypatch.setattr("pyVim.connect.SmartConnect", lambda **_options: connect())
    assert known.instance == "an answer"
    assert pauses == [1]
