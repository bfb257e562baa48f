"""Refusals of an API become errors of the type that fits, as sentences."""

import json
from typing import Any

import pytest

from fedfleet.kube.answers import Action, refusal
from fedfleet.kube.errors import (
    ApiError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    OwnershipError,
    StaleError,
    UnauthorizedError,
)

ACTION = Action("patch", "deployments", "fate-30000", "nginx")
ORIGIN = "https://api.example.org (context site in config)"


def status(reason: str = "", message: str = "", causes: list[dict[str, str]] | None = None) -> bytes:
    answer: dict[str, Any] = {"kind": "Status", "reason": reason, "message": message, "details": {"causes": causes or []}}
    return json.dumps(answer).encode()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, InvalidError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, StaleError),
        (422, InvalidError),
        (500, ApiError),
        (503, ApiError),
    ],
)
def test_each_status_has_its_type(code: int, kind: type[ApiError]) -> None:
    error = refusal(code, status(message="no"), ACTION, ORIGIN)
    assert type(error) is kind
    assert (error.status, error.where) == (code, ORIGIN)


def test_what_is_not_allowed_names_verb_resource_and_namespace() -> None:
    assert "permission to patch deployments in namespace fate-30000" in str(refusal(403, status(), ACTION, ORIGIN))


def test_what_is_not_allowed_in_the_whole_cluster_says_so() -> None:
    assert "permission to list nodes in the whole cluster" in str(refusal(403, status(), Action("list", "nodes"), ORIGIN))


def test_a_quota_is_told_from_a_missing_permission() -> None:
    assert "quota" in refusal(403, status("Forbidden", "exceeded quota: q"), ACTION, ORIGIN).next_step


def test_a_namespace_that_ends_is_told_from_a_missing_permission() -> None:
    message = "unable to create new content in namespace fate-30000 because it is being terminated"
    assert "the namespace is being deleted" in refusal(403, status("Forbidden", message), ACTION, ORIGIN).summary


def test_ownership_conflicts_name_field_and_manager() -> None:
    # kube-apiserver 1.34's answer to an apply.
    causes = [
        {"reason": "FieldManagerConflict", "message": 'conflict with "kubectl-edit" using apps/v1', "field": ".spec.replicas"},
        {"reason": "FieldManagerConflict", "message": 'conflict with "hpa"', "field": ".spec.paused"},
    ]
    error = refusal(409, status("Conflict", "Apply failed with 2 conflicts", causes), ACTION, ORIGIN)
    assert isinstance(error, OwnershipError)
    assert [(each.field, each.manager) for each in error.conflicts] == [
        (".spec.replicas", "kubectl-edit"),
        (".spec.paused", "hpa"),
    ]


def test_a_field_that_cannot_change_is_told_from_a_wrong_one() -> None:
    causes = [{"reason": "FieldValueInvalid", "message": "Invalid value: {}: field is immutable", "field": "spec.template"}]
    assert "delete the object first" in refusal(422, status("Invalid", "no", causes), ACTION, ORIGIN).next_step
    assert refusal(422, status("Invalid", "no"), ACTION, ORIGIN).next_step == "Correct the definition"


def test_an_answer_that_is_no_status_is_told_as_it_is() -> None:
    assert "bad gateway" in str(refusal(502, b"<html>bad gateway</html>", ACTION, ORIGIN))
