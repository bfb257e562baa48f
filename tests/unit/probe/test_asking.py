"""Questions to real servers on this machine, and what their answers say."""

import socket
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from fedfleet.pki.keys import key_id
from fedfleet.probe import Question, ask, ask_all, peer_of, self_signed_peer
from fedfleet.probe.asking import FAULTS
from support.commands import run
from support.parties import NOW, authority, key

from .conftest import NAME, Serve, client_credentials

PIN = key_id(key(30000).public_key())
OTHER_PIN = key_id(key(40000).public_key())


def _tls(port: int, **more: str) -> Question:
    return Question("tls", "127.0.0.1", port, server_name=NAME, **more)  # type: ignore[arg-type]


def test_a_chain_to_the_ca_is_trusted(serve: Serve) -> None:
    answer = ask(_tls(serve(), trust=authority().pem))
    assert answer.ok, answer.detail


def test_the_peer_s_certificate_is_told(serve: Serve) -> None:
    facts = peer_of(ask(_tls(serve(), trust=authority().pem)))
    assert facts is not None
    assert (facts.names, facts.issuer, facts.key_id) == ((NAME,), "cancer-study FedFleet CA", PIN)


def test_the_key_s_id_is_found_without_any_library(serve: Serve) -> None:
    assert ask(_tls(serve())).key_id == PIN


def test_a_pinned_key_is_enough_without_a_chain(serve: Serve) -> None:
    assert ask(_tls(serve(own=True), pin=PIN)).ok


def test_another_key_than_the_pinned_one_is_refused(serve: Serve) -> None:
    answer = ask(_tls(serve(own=True), pin=OTHER_PIN))
    assert (answer.ok, answer.fault) == (False, "wrong-key")


def test_a_self_signed_certificate_is_trusted_where_it_is_known(serve: Serve) -> None:
    from fedfleet.pki.certificates import self_signed

    port = serve(own=True)
    shown = ask(_tls(port, trust=authority().pem))
    assert shown.fault == "untrusted"
    assert self_signed_peer(shown)
    # The same key, but not the same certificate.
    assert not ask(_tls(port, trust=self_signed(key(30000), NAME, NOW))).ok


def test_an_untrusted_peer_is_told_all_the_same(serve: Serve) -> None:
    answer = ask(_tls(serve(own=True), trust=authority().pem))
    facts = peer_of(answer)
    assert facts is not None
    assert facts.subject == NAME
    assert "is not trusted" in answer.detail


def test_another_name_than_asked_for_is_refused(serve: Serve) -> None:
    answer = ask(replace(_tls(serve(), trust=authority().pem), server_name="40000.fate.test.internal"))
    assert (answer.ok, answer.fault) == (False, "untrusted")


def test_a_client_certificate_is_shown_to_who_asks(serve: Serve) -> None:
    certificate, own_key = client_credentials()
    question = Question("https", "127.0.0.1", serve(ask_client=True), server_name=NAME, trust=authority().pem, path="/x")
    assert not ask(question).ok
    assert ask(replace(question, certificate=certificate, key=own_key)).ok


def test_a_request_carries_its_headers(serve: Serve) -> None:
    question = Question(
        "https", "127.0.0.1", serve(), server_name=NAME, trust=authority().pem, path="/a", headers=(("dest-party-id", "7"),)
    )
    assert ask(question).body == '{"path": "/a", "party": "7"}'


def test_a_request_without_tls_works_too(serve: Serve) -> None:
    assert ask(Question("http", "127.0.0.1", serve(tls=False), path="/a")).status == 200


def test_another_status_than_expected_is_an_answer_but_not_the_right_one(serve: Serve) -> None:
    answer = ask(Question("http", "127.0.0.1", serve(tls=False), path="/missing"))
    assert (answer.ok, answer.fault, answer.status) == (False, "answer", 404)


def test_a_refusal_may_be_what_is_asked_for(serve: Serve) -> None:
    assert ask(Question("http", "127.0.0.1", serve(tls=False), path="/missing", status=404)).ok


def test_an_open_port_accepts_connections(serve: Serve) -> None:
    assert ask(Question("tcp", "127.0.0.1", serve(tls=False))).ok


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    answer = ask(Question("tcp", "127.0.0.1", port))
    assert (answer.fault, answer.detail) == ("refused", f"127.0.0.1:{port} refuses connections: nothing listens there")


def test_an_address_that_nothing_leads_to_is_told_from_a_closed_port() -> None:
    # A network of its own has no way out, not even to itself (RFC 5737).
    program = "from fedfleet.probe import Question, ask; found = ask(Question('tcp', '192.0.2.1', 1)); print(found.fault, found.detail)"
    said = run("unshare", "--net", "--map-root-user", sys.executable, "-c", program).expect().output
    assert said.strip() == "no-route nothing leads to 192.0.2.1:1: network is unreachable"


def test_who_never_answers_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = ask(Question("tls", "127.0.0.1", silent.getsockname()[1], server_name=NAME, timeout=0.3))
    assert answer.fault == "timeout"
    assert answer.seconds < 3


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x28", "alert"),
        (b"HTTP/1.1 400 Invalid HTTP Request\r\n\r\n", "not-tls"),
        (b"", "closed"),
    ],
)
def test_the_end_of_a_handshake_tells_who_ended_it(reply_once: Callable[[bytes], int], reply: bytes, fault: str) -> None:
    assert ask(_tls(reply_once(reply))).fault == fault


def test_a_name_on_this_machine_resolves() -> None:
    assert "127.0.0.1" in ask(Question("dns", "localhost")).addresses


def test_a_name_that_is_none_says_so() -> None:
    answer = ask(Question("dns", "nothing.invalid"))
    assert (answer.ok, answer.fault) == (False, "name")


def test_an_unknown_question_is_an_error_in_words() -> None:
    assert ask(Question("ping", "127.0.0.1")).detail == "there is no question of the kind 'ping'"


def test_questions_are_asked_at_the_same_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        question = Question("tls", "127.0.0.1", silent.getsockname()[1], timeout=0.5)
        answers = ask_all([question] * 8)
    assert sum(answer.seconds for answer in answers) > 3
    assert {answer.fault for answer in answers} == {"timeout"}


def test_every_fault_has_a_word(serve: Serve) -> None:
    assert ask(_tls(serve(own=True), trust=authority().pem)).fault in FAULTS


def test_a_question_does_not_show_its_key() -> None:
    assert "secret" not in repr(Question("tls", "127.0.0.1", key="secret"))
