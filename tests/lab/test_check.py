"""`fedfleet check` on the deployed federation, and on a site of which one thing is broken."""

import base64
import json
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fedfleet.exit_codes import ExitCode
from fedfleet.kube import Client
from support.cluster import Space, eventually, space
from support.commands import Finished, run
from support.federation import Federation
from support.kube import container, workload
from support.sites import EXCHANGE

CATEGORIES = {"exchange": 5, "party30000": 10, "party40000": 10}
NAMESPACES = (EXCHANGE, "fate-30000", "fate-40000")


def check(inventory: Path, federation: Federation, *arguments: str) -> Finished:
    return run("fedfleet", "check", "-i", str(inventory), *arguments, env=federation.lab.environment, timeout=120)


@dataclass(frozen=True)
class Bundled:
    """A check with a bundle: how it ended, and the bundle."""

    done: Finished
    file: Path


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as connected:
        yield connected


@pytest.fixture(scope="module")
def bundled(federation: Federation, tmp_path_factory: pytest.TempPathFactory) -> Bundled:
    file = tmp_path_factory.mktemp("bundle") / "support.tar.gz"
    return Bundled(check(federation.inventory, federation, "--bundle", str(file)), file)


def test_a_healthy_federation_ends_0_and_is_a_line_a_category(bundled: Bundled) -> None:
    bundled.done.expect()
    signs = [line.split()[0] for line in bundled.done.output.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    assert len(signs) == sum(CATEGORIES.values())
    # An exchange has no volumes to look at.
    assert set(signs) <= {"√", "‼", "-"}, bundled.done.output


def test_no_value_of_any_secret_is_in_the_bundle(bundled: Bundled, client: Client) -> None:
    values = {
        base64.b64decode(value)
        for namespace in NAMESPACES
        for secret in client.list("Secret", namespace)
        for value in (secret.get("data") or {}).values()
    }
    assert len(values) > 10
    lines = {line for value in values for line in value.splitlines() if len(line) > 30 and b"-----" not in line}
    wanted = {value for value in values if len(value) >= 6} | {base64.b64encode(value) for value in values if len(value) >= 6} | lines
    with tarfile.open(bundled.file) as archive:
        texts = {member.name: file.read() for member in archive.getmembers() if (file := archive.extractfile(member)) is not None}
    assert any("/logs/python-0/" in name for name in texts)
    assert [name for name, text in texts.items() if any(value in text for value in wanted)] == []


@pytest.fixture(scope="module")
def broken(client: Client) -> Iterator[Space]:
    """A namespace in which somebody deployed something whose image nobody has."""
    with space(client, "trial-check") as place:
        place.apply(workload("Deployment", "nginx", place.name, container("registry.lab:5000/fedfleet/nothing:0")))
        eventually(
            lambda: any(
                "waiting" in status.get("state", {}) and "Image" in status["state"]["waiting"].get("reason", "")
                for pod in client.list("Pod", place.name)
                for status in pod["status"].get("containerStatuses", [])
            ),
            "the image is missed",
        )
        yield place


@pytest.fixture(scope="module")
def inventory(broken: Space, federation: Federation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("broken") / "party"
    shutil.copytree(federation.inventory, target, ignore=shutil.ignore_patterns("artifacts"))
    (target / "hosts.yml").write_text(json.dumps({"parties": {"hosts": {"trial": {"party_id": 77777, "site_namespace": broken.name}}}}))
    return target


@pytest.mark.parametrize("output", ["short", "json"])
def test_what_is_broken_is_named_and_every_format_ends_the_same(inventory: Path, federation: Federation, output: str) -> None:
    done = check(inventory, federation, "-o", output)
    assert done.returncode == ExitCode.CHECK_FAILED
    assert "pods-trouble" in done.output
    assert "registry.lab:5000/fedfleet/nothing:0" in done.output


def test_a_check_changes_nothing(inventory: Path, broken: Space, federation: Federation, client: Client) -> None:
    def versions() -> dict[str, str]:
        kinds = ("ConfigMap", "Secret", "Service", "Deployment", "PersistentVolumeClaim")
        return {
            f"{kind}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
            for kind in kinds
            for item in client.list(kind, broken.name)
        }

    before = {name: version for name, version in versions().items() if not name.startswith("Deployment")}
    check(inventory, federation, "-o", "short")
    assert {name: version for name, version in versions().items() if not name.startswith("Deployment")} == before
