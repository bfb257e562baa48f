"""Versions as VMware writes them are compared by what they mean."""

import pytest

from fedfleet.vsphere import SettingsError
from fedfleet.vsphere.versions import parse, step


def test_the_newest_is_the_highest_and_not_the_last_in_the_alphabet() -> None:
    texts = ["v1.9.1+vmware.1-vkr.1", "v1.34.2+vmware.2-vkr.1", "v1.34.10+vmware.1-vkr.1", "v1.34.10+vmware.1-vkr.2"]
    assert str(max(map(parse, texts))) == "v1.34.10+vmware.1-vkr.2"


def test_the_name_of_a_release_is_its_version() -> None:
    assert parse("v1.26.5---vmware.2-fips.1-tkg.1") == parse("v1.26.5+vmware.2-fips.1-tkg.1")


@pytest.mark.parametrize(
    ("wanted", "version", "covers"),
    [
        ("v1.34", "v1.34.2+vmware.2", True),
        ("1.34", "v1.34.2+vmware.2", True),
        ("v1.34.2", "v1.34.2+vmware.2-vkr.1", True),
        ("v1.34.2", "v1.34.20+vmware.1", False),
        ("v1.3", "v1.34.2+vmware.2", False),
        ("v1.34.2+vmware.2", "v1.34.2+vmware.20", False),
    ],
)
def test_a_version_selects_what_begins_with_it(wanted: str, version: str, covers: bool) -> None:
    assert parse(wanted).covers(parse(version)) is covers


@pytest.mark.parametrize(
    ("running", "wanted"), [("v1.33.1", "v1.34.2"), ("v1.33.1", "v1.33.6"), ("v1.33.1", "v1.33.1"), ("v1.33.1", "v1.33")]
)
def test_one_minor_version_up_is_a_step(running: str, wanted: str) -> None:
    assert step(parse(running), parse(wanted)) == ""


@pytest.mark.parametrize(("running", "wanted"), [("v1.32.1", "v1.34.2"), ("v1.34.2", "v1.33.9"), ("v1.34.2", "v1.34.1")])
def test_two_up_and_any_down_are_none(running: str, wanted: str) -> None:
    assert parse(wanted).text in step(parse(running), parse(wanted))


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(SettingsError, match="latest"):
        parse("latest")
