"""Failures below HTTP are told as what they are, with what to look at."""

import socket
import ssl

import pytest
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProtocolError, ProxyError, SSLError

from fedfleet.kube.errors import CertificateError, TimedOutError, UnreachableError
from fedfleet.kube.kubeconfig import Access
from fedfleet.kube.transport_errors import told

ACCESS = Access(server="https://api.example.org:6443", context="site", source="config", ca=b"PEM")


def connection() -> HTTPConnection:
    return HTTPConnection("api.example.org")


def verification(message: str, code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message, error.verify_code = message, code
    return error


CASES: dict[str, tuple[Exception, type[UnreachableError], str]] = {
    "refused": (NewConnectionError(connection(), "refused"), UnreachableError, "cannot be reached"),
    "no route in time": (ConnectTimeoutError(connection(), "timed out"), TimedOutError, "in time"),
    "no such name": (NameResolutionError("api", connection(), socket.gaierror(-2, "unknown")), UnreachableError, "does not resolve"),
    "proxy": (ProxyError("no", OSError("403 Forbidden")), UnreachableError, "proxy"),
    "not TLS": (SSLError(ssl.SSLError(1, "wrong version number")), UnreachableError, "TLS"),
    "broken off": (ProtocolError("aborted", ConnectionResetError(104, "reset by peer")), UnreachableError, "broke off"),
    "foreign CA": (SSLError(verification("unable to get local issuer certificate", 20)), CertificateError, "cannot be trusted"),
    "other name": (SSLError(verification("Hostname mismatch, not valid for 'a'", 62)), CertificateError, "another name"),
}


@pytest.mark.parametrize(("error", "kind", "words"), CASES.values(), ids=CASES.keys())
def test_is_told_as_what_it_is(error: Exception, kind: type[UnreachableError], words: str) -> None:
    found = told(error, ACCESS)
    assert type(found) is kind
    assert words in found.summary


@pytest.mark.parametrize(("error", "kind", "words"), CASES.values(), ids=CASES.keys())
def test_names_the_address_and_what_to_do(error: Exception, kind: type[UnreachableError], words: str) -> None:
    del kind, words
    found = told(error, ACCESS)
    assert "https://api.example.org:6443 (context site in config)" in found.where
    assert found.next_step
