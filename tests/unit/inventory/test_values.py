"""What a value has to be is said with what was found instead."""

import pytest

from fedfleet.inventory.catalogue import Option
from fedfleet.inventory.values import value_faults

PORT = Option(type="int")
PAIR = Option(type="dict", options={"first": Option(type="int", required=True), "last": Option(type="int")})


def faults(name: str, option: Option, value: object) -> list[str]:
    return list(value_faults(name, option, value))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (Option(), "a"),
        (Option(), 30000),
        (Option(type="int"), "7"),
        (Option(type="float"), "1.5"),
        (Option(type="bool"), "no"),
        (Option(type="bool"), 1),
        (Option(type="list", elements=Option()), ["a"]),
        (Option(type="list"), [{}]),
        (Option(type="dict"), {"a": 1}),
        (Option(type="raw"), None),
        (Option(type="int", choices=(1, 2)), "2"),
    ],
)
def test_what_ansible_takes_is_fine(option: Option, value: object) -> None:
    assert faults("x", option, value) == []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        (Option(), True, "x: expected a text, found True; YAML reads the word as true or false unless it stands in quotes"),
        (Option(), None, "x: expected a text, found nothing"),
        (Option(type="int"), "seven", "x: expected a whole number, found 'seven'"),
        (Option(type="int"), 1.5, "x: expected a whole number, found 1.5"),
        (Option(type="int"), True, "x: expected a whole number, found True"),
        (Option(type="float"), "1,5", "x: expected a number, found '1,5'"),
        (Option(type="bool"), "perhaps", "x: expected true or false, found 'perhaps'"),
        (Option(type="list"), "a", "x: expected a list, found 'a'; a list of one is written [a]"),
        (Option(type="dict"), [1], "x: expected a mapping, found [1]"),
        (Option(type="path"), 3, "x: expected a path, found 3"),
        (Option(choices=("lab", "pilot")), "large", "x: expected one of lab, pilot, found 'large'"),
    ],
)
def test_what_is_something_else_is_told(option: Option, value: object, said: str) -> None:
    assert faults("x", option, value) == [said]


def test_everything_inside_is_looked_at_and_named_by_its_place() -> None:
    ranges = Option(type="list", elements=PAIR)
    assert faults("party_ports", ranges, [{"first": 443}, {"frist": 1, "last": "x"}]) == [
        "party_ports[1].frist is no field of party_ports[1]; perhaps first was meant",
        "party_ports[1].last: expected a whole number, found 'x'",
        "party_ports[1] lacks first",
    ]


def test_a_field_like_none_is_told_with_those_there_are() -> None:
    assert faults("x", PAIR, {"first": 1, "zzz": 1}) == ["x.zzz is no field of x; it takes first, last"]


def test_a_long_value_is_cut() -> None:
    (said,) = faults("x", Option(type="int"), "y" * 500)
    assert len(said) < 120


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("exchange_broker_port", 0, "a port from 1 to 65535"),
        ("fate_wait_timeout", 0, "at least one second"),
        ("exchange_nginx_replicas", 0, "at least one"),
        ("fate_task_retries", -1, "no negative number"),
        ("fate_party_id", 0, "a party id is a number of at most ten digits without a leading zero"),
        ("registration_removed_parties", 12345678901, "a party id is a number of at most ten digits without a leading zero"),
    ],
)
def test_a_number_out_of_range_is_told(name: str, value: int, said: str) -> None:
    assert faults(name, Option(type="int"), value) == [f"{name}: expected {said}, found {value}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("federation_domain", "FATE.example.org"),
        ("federation_name", "North Sea"),
        ("site_namespace", "fate_30000"),
        ("ingress_domain", "example"),
        ("fate_public_node_address", "127.0.0.1"),
        ("fedfleet_registry", "https://registry.example.org"),
        ("exchange_nginx_image", "registry.example.org/Nginx:1"),
        ("registration_forbidden_networks", "10.0.0.0/64"),
        ("organisation", " Hospital"),
    ],
)
def test_a_text_that_cannot_be_meant_is_told(name: str, value: str) -> None:
    (said,) = faults(name, Option(), value)
    assert said.startswith(f"{name}: expected ")
    assert said.endswith(f"found {value!r}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fate_public_node_address", "10.1.2.3"),
        ("fate_public_node_address", ""),
        ("fedfleet_registry", "registry.lab:5000/mirror"),
        ("fate_image_flow", "registry.lab:5000/fedfleet/fate:2.2.0"),
        ("fate_image_flow", "registry.lab/fedfleet/fate@sha256:" + "0" * 64),
        ("fate_image_pull_policy", "Always"),
        ("fate_image_digests_file", "/etc/Digests"),
        ("registration_forbidden_networks", "10.1.2.3/8"),
    ],
)
def test_a_text_that_makes_sense_is_fine(name: str, value: str) -> None:
    assert faults(name, Option(), value) == []


def test_quantities_below_requests_and_limits_are_looked_at() -> None:
    resources = Option(type="dict", options={"requests": Option(type="dict"), "limits": Option(type="dict")})
    assert faults("x_resources", resources, {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"cpu": 4}}) == []
    assert faults("x_resources", resources, {"limits": {"memory": "2 GB"}}) == [
        "x_resources.limits.memory: expected a quantity, such as 500m, 2Gi or 4, found '2 GB'"
    ]
