"""Of extra variables the names are known, and the values stay where they are."""

from pathlib import Path

import pytest

from fedfleet.runs.arguments import ExtraVariablesError, named_variables, shown

SECRET = "correct horse"


@pytest.mark.parametrize("given", ["a=1 b='x y'", '{"a": 1, "b": "x"}', "{a: 1, b: [2]}"])
def test_names_are_read_as_ansible_reads_them(given: str) -> None:
    assert sorted(named_variables([given])) == ["a", "b"]


def test_a_file_is_read_and_may_hold_tags_of_ansibles_own(tmp_path: Path) -> None:
    file = tmp_path / "vars.yml"
    file.write_text("a: 1\npassword: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n")
    assert sorted(named_variables([f"@{file}"])) == ["a", "password"]


def test_a_file_that_is_encrypted_as_a_whole_tells_nothing(tmp_path: Path) -> None:
    file = tmp_path / "vars.yml"
    file.write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    assert named_variables([f"@{file}"]) == {}


@pytest.mark.parametrize("given", ["@/nowhere/vars.yml", "[1, 2]", "{a: "])
def test_what_cannot_be_read_is_an_error(given: str) -> None:
    with pytest.raises(ExtraVariablesError, match="Extra variables cannot be read"):
        named_variables([given])


def test_what_is_kept_has_no_values() -> None:
    kept = shown({"check": True, "limit": "party30000", "tags": "", "diff": False}, [f"password='{SECRET}' x=1"])
    assert kept == ("--check", "--limit party30000", "-e password", "-e x")


def test_quotes_that_do_not_pair_are_named() -> None:
    with pytest.raises(ExtraVariablesError, match="No closing quotation"):
        named_variables(["name=it's"])
