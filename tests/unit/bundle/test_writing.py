"""Whole bundles of a site whose objects, events and logs are full of secrets."""

import base64
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from fedfleet.bundle import Written, write_bundle
from fedfleet.bundle.writing import BundleError
from fedfleet.checks import SiteResult
from fedfleet.kube import ForbiddenError
from fedfleet.pki.keys import key_pem
from support.parties import key

PASSWORD = "kj3-Zt8+Qq/x7=Lm"
TOKEN = "s.9sAd8fG7hJ6kL5qW4e"
KEY = key_pem(key(30000))
NAMESPACE = "fate-30000"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBplantedplantedplanted\n-----END CERTIFICATE-----\n"
KNOWN = {"password": PASSWORD, "tls.key": KEY, "token": TOKEN, "certificate": CERTIFICATE}
# What no Secret knows, and still goes by its form.
UNKNOWN = ("hunter2-of-nobody", "MIIEpAIBAAKCAQEAunknownunknown")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SECRET = {
    "kind": "Secret",
    "type": "Opaque",
    "metadata": {"name": "planted", "namespace": NAMESPACE, "annotations": {"was": PASSWORD}},
    "data": {name: encoded(value) for name, value in KNOWN.items()},
}
CONFIG = {
    "kind": "ConfigMap",
    "metadata": {
        "name": "conf",
        "managedFields": [PASSWORD],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(SECRET)},
    },
    "data": {
        "conf.yaml": f"db:\n  url: mysql://fate:{quote(PASSWORD, safe='')}@mysql\n  passwd: {UNKNOWN[0]}\n",
        "pasted": f"some text {TOKEN} more\n{KEY}",
        "copied": f"-----BEGIN RSA PRIVATE KEY-----\n{UNKNOWN[1]}\n",
        "dump": encoded(f"user=fate;{PASSWORD};"),
    },
}
POD = {
    "kind": "Pod",
    "metadata": {"name": "python-0"},
    "spec": {"containers": [{"name": "flow", "env": [{"name": "DB_PASSWORD", "value": UNKNOWN[0]}, {"name": "X", "value": f"a{TOKEN}"}]}]},
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {"name": "flow", "restartCount": 1, "lastState": {"terminated": {"message": f"bad {PASSWORD}", "exitCode": 1}}}
        ],
    },
}
EVENT = {
    "metadata": {"creationTimestamp": "2026-11-26T12:00:00Z"},
    "type": "Warning",
    "reason": "Failed",
    "message": f"cannot log in with {PASSWORD}",
    "involvedObject": {"kind": "Pod", "name": "python-0"},
}
LOG = f"connecting with {PASSWORD}\nAuthorization: Bearer {TOKEN}\n" + "\n".join(f"  {line}" for line in KEY.splitlines()) + "\nlast line\n"


class Cluster:
    """A client of a cluster with the objects above."""

    def __init__(self, *, readable: bool = True, log: str = LOG) -> None:
        self._readable = readable
        self._log = log

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def version(self) -> str:
        return "v1.34.4"

    def list(self, kind: str, _namespace: str | None = None, **_: Any) -> list[dict[str, Any]]:
        if kind == "Secret" and not self._readable:
            raise ForbiddenError("You may not list secrets", status=403)
        return {"Secret": [SECRET], "ConfigMap": [CONFIG], "Pod": [POD], "Event.": [EVENT]}.get(kind, [])

    def logs(self, *_: object, previous: bool = False) -> str:
        return self._log + ("from before" if previous else "")


def site(directory: Path, cluster: Cluster) -> Any:
    return SimpleNamespace(name="clinic", namespace=NAMESPACE, directory=directory, connect=lambda: cluster)


def text_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    file = archive.extractfile(member)
    assert file is not None
    return file.read().decode()


@pytest.fixture
def bundled(tmp_path: Path) -> Callable[..., tuple[Written, dict[str, str]]]:
    """Writes a bundle; returns what was written, and its files' texts by name."""
    reports = tmp_path / "artifacts" / "reports"
    reports.mkdir(parents=True)
    (reports / "clinic.json").write_text(json.dumps({"detail": f"password={UNKNOWN[0]}"}))

    def bundle(cluster: Cluster | None = None, **more: Any) -> tuple[Written, dict[str, str]]:
        target = tmp_path / "out" / "support.tar.gz"
        written = write_bundle([site(tmp_path, cluster or Cluster())], [SiteResult("clinic", "party", ())], target, lambda _: None, **more)
        assert target.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in target.parent.iterdir()] == ["support.tar.gz"]
        with tarfile.open(target) as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            texts = {member.name.partition("/")[2]: text_of(archive, member) for member in members}
        return written, texts

    return bundle


Bundled = Callable[..., tuple[Written, dict[str, str]]]


def forms_of(value: str) -> set[str]:
    lines = [line.strip() for line in value.splitlines() if len(line.strip()) > 15 and not line.startswith("-----")]
    return {value, value.strip(), encoded(value), quote(value, safe=""), json.dumps(value)[1:-1], *lines}


@pytest.mark.parametrize("name", KNOWN)
def test_no_value_of_any_secret_is_in_it(bundled: Bundled, name: str) -> None:
    _, texts = bundled()
    assert {page: form for page, text in texts.items() for form in forms_of(KNOWN[name]) if form in text} == {}


@pytest.mark.parametrize("value", UNKNOWN)
def test_what_no_secret_knows_goes_by_its_form(bundled: Bundled, value: str) -> None:
    _, texts = bundled()
    assert [page for page, text in texts.items() if value in text] == []


def test_it_has_what_helps(bundled: Bundled) -> None:
    _, texts = bundled()
    assert {
        "versions.txt",
        "check.txt",
        "check.json",
        "reports/clinic.json",
        "index.json",
        "clinic/status.txt",
        "clinic/events.txt",
    } <= set(texts)
    assert {"clinic/objects/Pod.yaml", "clinic/objects/ConfigMap.yaml", "clinic/cluster/objects/Node.yaml"} <= set(texts)
    assert "password (16 bytes)" in texts["clinic/objects/Secret.yaml"]
    assert "last line" in texts["clinic/logs/python-0/flow.log"]
    assert texts["clinic/logs/python-0/flow.previous.log"].endswith("from before")
    assert "container flow" in texts["clinic/status.txt"]
    assert "cannot log in with [removed]" in texts["clinic/events.txt"]


def test_where_secrets_cannot_be_read_nothing_that_may_hold_them_is_written(bundled: Bundled) -> None:
    _, texts = bundled(Cluster(readable=False))
    assert [name for name in texts if name.startswith("clinic/")] == ["clinic/secrets-unreadable.txt"]
    assert [name for name in texts if name.startswith("reports/")] == ["reports/left-out.txt"]


def test_a_report_that_is_no_text_spoils_nothing(tmp_path: Path) -> None:
    (tmp_path / "artifacts" / "reports").mkdir(parents=True)
    (tmp_path / "artifacts" / "reports" / "broken.json").write_bytes(b"\xff\xfe{}")
    (tmp_path / "artifacts" / "reports" / "folder.json").mkdir()
    target = tmp_path / "support.tar.gz"
    write_bundle([site(tmp_path, Cluster())], [], target, lambda _: None)
    with tarfile.open(target) as archive:
        texts = {member.name.partition("/")[2]: text_of(archive, member) for member in archive.getmembers()}
    assert texts["reports/broken.json"].endswith("{}")
    assert texts["reports/folder.json"].startswith("[not readable: ")


def test_what_is_secret_at_one_site_is_so_at_all(tmp_path: Path) -> None:
    class Other(Cluster):
        def list(self, kind: str, _namespace: str | None = None, **more: Any) -> Any:
            return [] if kind == "Secret" else super().list(kind, _namespace, **more)

    target = tmp_path / "support.tar.gz"
    other: Any = SimpleNamespace(name="hub", namespace="fate-exchange", directory=tmp_path, connect=Other)
    write_bundle([other, site(tmp_path, Cluster())], [], target, lambda _: None)
    with tarfile.open(target) as archive:
        texts = "".join(text_of(archive, member) for member in archive.getmembers() if "/hub/" in member.name)
    assert "conf.yaml" in texts
    assert [value for value in KNOWN.values() if value in texts or encoded(value) in texts] == []


def test_it_is_bounded_and_says_what_was_shortened(bundled: Bundled) -> None:
    written, texts = bundled(Cluster(log="words of a log\n" * 10_000), most_bytes=100_000)
    assert "clinic/logs/python-0/flow.previous.log" in written.shortened
    assert sum(map(len, texts.values())) < 130_000
    assert json.loads(texts["index.json"])["shortened"] == list(written.shortened)
    assert texts["clinic/logs/python-0/flow.log"].startswith("[the first ")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BundleError, match="cannot be written"):
        write_bundle([], [], tmp_path / "file" / "support.tar.gz", lambda _: None)
