from dataclasses import replace

import pytest

from fedfleet.preflight import network
from fedfleet.preflight.findings import Finding, Severity
from fedfleet.probe import Answer, Question

IMAGE = "registry.example.org/fedfleet/fate:2.2.0"
NODES = [{"status": {"images": [{"names": [IMAGE, "registry.example.org/fedfleet/fate@sha256:0"]}]}}]


class Network:
    """Answers questions by path or host; what is not known is refused."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[Question] = []

    def ask_all(self, questions: list[Question]) -> list[Answer]:
        self.asked += questions
        refused = Answer(False, 0, "refused", "refused")
        return [
            next((answer for word, answer in self.answers.items() if word in (question.kind, question.host)), refused)
            for question in questions
        ]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> type[Network]:
    class Installed(Network):
        def __init__(self, **answers: Answer) -> None:
            super().__init__(**answers)
            monkeypatch.setattr(network, "ask_all", self.ask_all)

    return Installed


def status(code: int) -> Answer:
    return Answer(True, 0, f"gave {code}", status=code)


def severities(found: list[Finding]) -> list[Severity]:
    return [finding.severity for finding in found]


def test_names_that_must_resolve_are_errors_and_others_warnings(answering: type[Network]) -> None:
    answering(good=Answer(True, 0, ""))
    assert severities(network.name_findings(["good", "bad"], ["hoped"])) == [Severity.ERROR, Severity.WARNING]


def test_an_image_that_a_node_has_is_not_asked_for(answering: type[Network]) -> None:
    asking = answering()
    assert network.image_findings([IMAGE], NODES, ask_registry=True) == []
    assert asking.asked == []


def test_an_image_that_the_registry_lacks_is_an_error(answering: type[Network]) -> None:
    asking = answering(https=status(404))
    (finding,) = network.image_findings([IMAGE], [], ask_registry=True)
    assert (finding.severity, finding.expected) == (Severity.ERROR, f"{IMAGE} in the registry")
    assert asking.asked[-1].path == "/v2/fedfleet/fate/manifests/2.2.0"


def test_an_image_by_digest_is_asked_for_by_it(answering: type[Network]) -> None:
    asking = answering(http=status(200))
    assert network.image_findings(["host:5000/a/b:1@sha256:0123"], [], ask_registry=True) == []
    assert (asking.asked[-1].path, asking.asked[-1].port) == ("/v2/a/b/manifests/sha256:0123", 5000)


@pytest.mark.parametrize("answer", [replace(status(401), ok=True), Answer(False, 0, "registry.example.org does not resolve", "name")])
def test_a_registry_that_does_not_tell_is_a_warning(answering: type[Network], answer: Answer) -> None:
    answering(https=answer)
    assert severities(network.image_findings([IMAGE], [], ask_registry=True)) == [Severity.WARNING]


def test_a_registry_that_may_not_be_asked_is_left_alone(answering: type[Network]) -> None:
    asking = answering()
    assert network.image_findings([IMAGE], [], ask_registry=False) == []
    assert asking.asked == []
