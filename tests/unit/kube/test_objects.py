"""A refusal that is an answer is told as one, and every other is an error."""

from types import SimpleNamespace
from typing import Any

import pytest

from fedfleet.kube import objects
from fedfleet.kube.discovery import Resource
from fedfleet.kube.errors import ForbiddenError

PODS = Resource("v1", "Pod", "pods", namespaced=True)


class Answering:
    """A connection whose every answer has the same status."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.asked: list[tuple[str, str, Any]] = []

    def request(self, method: str, path: str, *, body: Any) -> Any:
        self.asked.append((method, path, body))
        return SimpleNamespace(status=self.status, body=b'{"message": "said so"}', origin="cluster north")


@pytest.mark.parametrize(("status", "evicted"), [(201, True), (429, False)])
def test_a_budget_that_does_not_allow_an_eviction_says_no(status: int, evicted: bool) -> None:
    connection = Answering(status)
    assert objects.evict(connection, PODS, "fate-30000", "nginx-1") is evicted  # type: ignore[arg-type]
    ((method, path, body),) = connection.asked
    assert (method, path) == ("POST", "/api/v1/namespaces/fate-30000/pods/nginx-1/eviction")
    assert (body["apiVersion"], body["kind"]) == ("policy/v1", "Eviction")


def test_who_may_not_evict_is_told() -> None:
    with pytest.raises(ForbiddenError, match="pods/eviction"):
        objects.evict(Answering(403), PODS, "fate-30000", "nginx-1")  # type: ignore[arg-type]
