"""Passwords are made once."""

import base64

import pytest

from fedfleet.kube.passwords import Passwords

WANTED = Passwords("mysql-credentials", "fate-30000", {"password": 32, "root-password": 32}, {})


def test_all_are_missing_where_there_is_no_secret() -> None:
    assert WANTED.missing(None) == ["password", "root-password"]


def test_what_is_there_is_not_missing() -> None:
    assert WANTED.missing({"data": {"password": base64.b64encode(b"x").decode()}}) == ["root-password"]


def test_an_empty_value_is_no_password() -> None:
    assert WANTED.missing({"data": {"password": "", "root-password": "eA=="}}) == ["password"]


def test_what_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        Passwords("credentials", "fate-30000", {"password": 8}, {})
