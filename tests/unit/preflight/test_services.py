"""What preflight says of services that a site has already."""

import base64
from typing import Any

import pytest

from fedfleet.federation.external import External
from fedfleet.preflight import services
from fedfleet.preflight.findings import Severity
from fedfleet.probe import Answer, Question

EXTERNAL = External.model_validate(
    {
        "database": {"host": "db.example.org", "port": 3306, "name": "flow", "user": "fate", "secret": "db", "key": "pw"},
        "spark": {"master": "spark://spark.example.org:7077"},
    }
)


class Secrets:
    """A cluster with one Secret, or none."""

    def __init__(self, value: str | None = None) -> None:
        self.there = None if value is None else {"data": {"pw": base64.b64encode(value.encode()).decode()}}

    def get(self, kind: str, name: str, namespace: str, api_version: str = "") -> Any:
        assert (kind, name, namespace, api_version) == ("Secret", "db", "fate-30000", "v1")
        return self.there


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Question]:
    """What was asked; nothing answers."""
    found: list[Question] = []

    def ask_all(questions: list[Question]) -> list[Answer]:
        found.extend(questions)
        return [Answer(False, 0, "silent", "timeout") for _ in questions]

    monkeypatch.setattr(services, "ask_all", ask_all)
    return found


def findings(secrets: Secrets, *, here: bool = True) -> list[tuple[str, Severity]]:
    client: Any = secrets
    return [(one.what, one.severity) for one in services.service_findings(client, EXTERNAL, "fate-30000", asked_here=here)]


def test_each_that_does_not_answer_ends_the_run(asked: list[Question]) -> None:
    names = ("database (fate_database_external)", "Spark (fate_spark_external)")
    assert findings(Secrets("secret\n")) == [(name, Severity.ERROR) for name in names]
    assert [question.password for question in asked if question.kind == "mysql"] == ["secret"]


@pytest.mark.parametrize("secrets", [Secrets(), Secrets("")])
def test_without_its_password_a_database_is_not_asked(asked: list[Question], secrets: Secrets) -> None:
    assert findings(secrets)[0] == ("password of the database (fate_database_external)", Severity.ERROR)
    assert {question.kind for question in asked} == {"tcp"}


def test_where_this_machine_reaches_nothing_only_the_secret_is_looked_for(asked: list[Question]) -> None:
    assert findings(Secrets("secret"), here=False) == []
    assert len(findings(Secrets(), here=False)) == 1
    assert asked == []
