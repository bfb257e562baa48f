"""Probes: DNS, TCP, TLS with a server name, HTTP; one question type, one answer type, from here or from a pod."""

from __future__ import annotations

from fedfleet.probe.asking import Answer, Question, ask, ask_all
from fedfleet.probe.peers import peer_of, self_signed_peer
from fedfleet.probe.pods import AnswerError, pod_answers, pod_program

__all__ = ["Answer", "AnswerError", "Question", "ask", "ask_all", "peer_of", "pod_answers", "pod_program", "self_signed_peer"]
