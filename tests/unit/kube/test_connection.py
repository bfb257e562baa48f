"""What breaks off is asked again where that harms nobody; what was judged is not."""

import ssl
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from urllib3.exceptions import HTTPError, ProtocolError, SSLError

from fedfleet.kube.connection import Connection
from fedfleet.kube.errors import UnreachableError
from fedfleet.kube.kubeconfig import Access


def alert(reason: str) -> SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return SSLError(error)


class Pool:
    """Fails as it is told to, and answers then."""

    def __init__(self, *failures: HTTPError) -> None:
        self._failures: Iterator[HTTPError] = iter(failures)
        self.asked = 0

    def request(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        failure = next(self._failures, None)
        if failure is not None:
            raise failure
        return SimpleNamespace(status=200, data=b"{}", headers={})


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr("time.sleep", lambda _: None)
    return Connection(Access(server="http://127.0.0.1:1", context="site", source="config"))


PASSING = [ProtocolError("aborted"), alert("TLSV1_ALERT_DECODE_ERROR"), alert("UNEXPECTED_EOF_WHILE_READING")]


@pytest.mark.parametrize("failure", PASSING, ids=str)
def test_what_broke_off_is_asked_again(connection: Connection, monkeypatch: pytest.MonkeyPatch, failure: HTTPError) -> None:
    pool = Pool(failure, failure)
    monkeypatch.setattr(connection, "_pool", pool)
    assert connection.request("GET", "/version").status == 200
    assert pool.asked == 3


@pytest.mark.parametrize("failure", PASSING, ids=str)
def test_what_may_have_been_done_is_not(connection: Connection, monkeypatch: pytest.MonkeyPatch, failure: HTTPError) -> None:
    pool = Pool(failure)
    monkeypatch.setattr(connection, "_pool", pool)
    with pytest.raises(UnreachableError):
        connection.request("POST", "/api/v1/namespaces", body={})
    assert pool.asked == 1


@pytest.mark.parametrize("reason", ["TLSV1_ALERT_UNKNOWN_CA", "TLSV13_ALERT_CERTIFICATE_REQUIRED", "WRONG_VERSION_NUMBER"])
def test_what_was_judged_is_not(connection: Connection, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    pool = Pool(alert(reason))
    monkeypatch.setattr(connection, "_pool", pool)
    with pytest.raises(UnreachableError, match=reason):
        connection.request("GET", "/version")
    assert pool.asked == 1


def test_it_does_not_go_on_for_ever(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(*(ProtocolError("aborted") for _ in range(10)))
    monkeypatch.setattr(connection, "_pool", pool)
    with pytest.raises(UnreachableError, match="broke off"):
        connection.request("GET", "/version")
    assert pool.asked == 5
