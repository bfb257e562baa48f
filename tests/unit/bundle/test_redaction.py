import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from fedfleet.bundle.redaction import REMOVED, Redactor, secret_values

PASSWORD = 'p4ss/w0rd+with "quotes" and spaces'
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\nVJTUt9Us8cKjMzEfYyjiWA4R4\n-----END PRIVATE KEY-----\n"
SECRET = {
    "kind": "Secret",
    "data": {"password": base64.b64encode(PASSWORD.encode()).decode(), "tls.key": base64.b64encode(KEY.encode()).decode()},
}
KNOWING = Redactor([PASSWORD, KEY])
BLIND = Redactor([])


def in_base64(prefix: str) -> str:
    return base64.b64encode(f"{prefix}{PASSWORD}{prefix}".encode()).decode()


@pytest.mark.parametrize(
    "form",
    [
        PASSWORD,
        quote(PASSWORD, safe=""),
        json.dumps(PASSWORD)[1:-1],
        base64.b64encode(PASSWORD.encode()).decode(),
        base64.urlsafe_b64encode(PASSWORD.encode()).decode(),
        KEY.splitlines()[1],
        KEY.splitlines()[2],
        json.dumps(KEY)[1:-1],
    ],
)
def test_a_known_value_is_removed_however_it_is_written(form: str) -> None:
    assert form not in KNOWING.text(f"said '{form}' in passing")
    assert "in passing" in KNOWING.text(f"said '{form}' in passing")


@pytest.mark.parametrize("prefix", ["", "a", "ab", "abc", "abcd"])
def test_a_known_value_inside_other_base64_is_broken_up(prefix: str) -> None:
    left = KNOWING.text(in_base64(prefix))
    assert REMOVED in left
    # What is left decodes to no more than a few characters at the edges.
    pieces = [piece for piece in left.split(REMOVED) if piece]
    assert all(len(piece) <= 12 + 2 * len(prefix) for piece in pieces), left


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (KEY, "MIIEvQ"),
        (json.dumps({"key": KEY}), "MIIEvQ"),
        (KEY[:60], "MIIEvQ"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "abc"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2lnbmF0dXJl end", "eyJpc3MiOiJrdWJlIn0"),
        ("mysql://fate:hunter2@mysql:3306/fate_flow", "hunter2"),
        ("password=hunter2", "hunter2"),
        ('"password": "hunter2"', "hunter2"),
        ("MYSQL_ROOT_PASSWORD=hunter2 started", "hunter2"),
        ("passwd: hunter2", "hunter2"),
        ("{'secret_key': 'hunter2'}", "hunter2"),
        ("api-key: hunter2", "hunter2"),
        ("start --db-password hunter2 --port 1", "hunter2"),
        ('\\"token\\": \\"hunter2\\"', "hunter2"),
    ],
)
def test_what_looks_secret_goes_by_its_form(text: str, gone: str) -> None:
    assert gone not in BLIND.text(text)


@pytest.mark.parametrize(
    "text",
    [
        "party 30000 is ready",
        "image registry:5000/fate:2.2.0",
        "https://10.0.0.1:6443/api",
        "3 tokens of 5",
        "no password",
        "secret:\n  defaultMode: 420",
    ],
)
def test_innocent_words_stay(text: str) -> None:
    assert BLIND.text(text) == text


def test_of_a_secret_names_and_sizes_stay() -> None:
    annotated = SECRET | {"type": "Opaque", "metadata": {"name": "mysql-credentials", "annotations": {"x": PASSWORD}}}
    found = BLIND.object(annotated)
    assert found["metadata"] == {"name": "mysql-credentials"}
    assert found["keys"] == [f"password ({len(PASSWORD)} bytes)", f"tls.key ({len(KEY)} bytes)"]
    assert PASSWORD not in json.dumps(found)
    assert SECRET["data"]["password"] not in json.dumps(found)  # type: ignore[index]


@pytest.mark.parametrize(
    "content",
    [
        {"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]},
        {"data": {"password": "hunter2"}},
        {"data": {"service_conf.yaml": "db:\n  passwd: hunter2\n"}},
        {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hunter2"}}},
        {"metadata": {"managedFields": ["hunter2"]}},
        {"args": ["--password=hunter2"]},
        {"args": ["--token", "x"], "auth": {"credentials": ["hunter2"]}},
    ],
)
def test_objects_lose_what_is_secret_by_name_or_form(content: Any) -> None:
    assert "hunter2" not in json.dumps(BLIND.object(content))


def test_names_of_secrets_are_none() -> None:
    spec = {
        "volumes": [{"secret": {"secretName": "nginx-cert"}}],
        "env": [{"valueFrom": {"secretKeyRef": {"name": "mysql", "key": "password"}}}],
    }
    assert BLIND.object(spec) == spec


def test_every_value_of_every_secret_is_known() -> None:
    assert list(secret_values([SECRET, {"data": None}])) == [PASSWORD, KEY]
