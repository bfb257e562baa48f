"""The coordination hop holds only where the partner says who it is, and its FATE Flow says that it is well."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

import pytest

from fedfleet.validation.hops import CoordinationRung, Partners
from fedfleet.validation.party import Party

WHO, WELL = {"party_id": "40000", "client": "SUCCESS"}, {"code": 0, "message": "success"}


class Nginx:
    """A party whose inner nginx answers as it is told to."""

    party_id = "30000"

    def __init__(self, who: Any, flow: Any) -> None:
        self._answers = {"/fedfleet/party": who, "/fedfleet/flow": flow}

    @contextmanager
    def inner_nginx(self) -> Iterator[str]:
        answers = self._answers

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = json.dumps(answers[self.path]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()


def climb(who: Any, flow: Any, partners: Partners) -> list[tuple[bool, str]]:
    rung = CoordinationRung(cast(Party, Nginx(who, flow)), partners)
    return [(proof.ok, proof.detail) for proof in rung.prove()]


def test_a_partner_that_is_well_holds() -> None:
    assert climb(WHO, WELL, Partners(("40000",))) == [(True, "FATE Flow of party 40000 answered through the exchange")]


@pytest.mark.parametrize(("who", "told"), [({"party_id": "50000"}, "and party 50000 answered"), ({}, "somebody without a party id")])
def test_another_s_answer_is_none(who: Any, told: str) -> None:
    ((ok, detail),) = climb(who, WELL, Partners(("40000",)))
    assert not ok
    assert told in detail


def test_a_partner_elsewhere_whose_flow_is_unwell_is_set_aside() -> None:
    partners = Partners(("40000",))
    assert climb(WHO, {"code": 100, "message": "down"}, partners) == []
    assert "down" in partners.silent["40000"]


def test_a_partner_that_does_not_know_the_exchange_yet_has_not_taken_up_its_admission() -> None:
    partners = Partners(("40000",))
    assert (
        climb(WHO | {"client": "FAILED:unable to verify the first certificate"}, {"code": 403, "message": "only the exchange"}, partners)
        == []
    )
    assert partners.silent == {"40000": "it has not taken up its admission yet"}


def test_a_partner_here_whose_flow_is_unwell_is_a_failure() -> None:
    ((ok, detail),) = climb(WHO, "a page of somebody's proxy", Partners(("40000",), frozenset({"40000"})))
    assert not ok
    assert "did not say success" in detail
