"""Refusals come with a type and vSphere's own words."""

import json

import pytest

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Reply, checked, read, refusal
from fedfleet.vsphere.storage_policies import StoragePolicy


def reply(status: int, body: object = None) -> Reply:
    return Reply(status, b"" if body is None else json.dumps(body).encode(), "GET https://vcenter/api/x")


def said(error_type: str, message: str = "words", identifier: str = "x") -> dict[str, object]:
    return {"error_type": error_type, "messages": [{"id": identifier, "default_message": message, "args": []}]}


@pytest.mark.parametrize(
    ("status", "error_type", "kind"),
    [
        (400, "ALREADY_EXISTS", errors.AlreadyExistsError),
        (400, "INVALID_ARGUMENT", errors.InvalidArgumentError),
        (400, "NOT_ALLOWED_IN_CURRENT_STATE", errors.NotAllowedError),
        (400, "RESOURCE_IN_USE", errors.InUseError),
        (400, "RESOURCE_BUSY", errors.UnavailableError),
        (400, "UNABLE_TO_ALLOCATE_RESOURCE", errors.ExhaustedError),
        (400, "UNSUPPORTED", errors.UnsupportedError),
        (403, "UNAUTHORIZED", errors.UnauthorizedError),
        (404, "NOT_FOUND", errors.NotFoundError),
        (404, "OPERATION_NOT_FOUND", errors.NoSuchOperationError),
        (409, "CONCURRENT_CHANGE", errors.StaleError),
        (503, "SERVICE_UNAVAILABLE", errors.UnavailableError),
        (500, "INTERNAL_SERVER_ERROR", errors.ApiError),
    ],
)
def test_each_error_type_has_a_class_and_keeps_its_words(status: int, error_type: str, kind: type[errors.ApiError]) -> None:
    error = refusal(reply(status, said(error_type)))
    assert type(error) is kind
    assert "words" in str(error)
    assert error.facts()["error_type"] == error_type


def test_a_path_that_this_vcenter_does_not_have_is_told_from_a_thing_that_is_not_there() -> None:
    assert isinstance(refusal(reply(404, said("NOT_FOUND", identifier="com.vmware.vapi.rest.httpNotFound"))), errors.NoSuchOperationError)


@pytest.mark.parametrize("body", [None, "text", {"messages": None}])
def test_a_refusal_without_a_usable_body_goes_by_its_status(body: object) -> None:
    assert isinstance(refusal(reply(403, body)), errors.UnauthorizedError)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_kind_of_success_is_one(status: int) -> None:
    assert checked(reply(status)).json() is None


def test_an_answer_that_is_not_json_says_what_came() -> None:
    with pytest.raises(errors.AnswerError, match="<html>"):
        Reply(200, b"<html>portal", "GET https://vcenter/api/x").json()


def test_an_answer_of_another_shape_names_the_field() -> None:
    with pytest.raises(errors.AnswerError, match=r"0\.policy"):
        read(list[StoragePolicy], [{"name": "gold"}], "GET /x")


def test_newer_fields_are_passed_over() -> None:
    assert read(StoragePolicy, {"policy": "1", "name": "gold", "newer": 1}, "x").name == "gold"
