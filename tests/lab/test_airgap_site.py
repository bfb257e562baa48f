"""A party comes up where there is no registry but its own, filled from the one file that was carried in."""

import base64
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedfleet.federation.images import Pin, parse_pins
from fedfleet.images.credentials import Credentials
from fedfleet.kube import Client
from fedfleet_lab.cli_context import context
from support.federation import Federation
from support.lab import RunningLab
from support.organisations import example_here
from support.site_registry import PASSWORD, USER, SiteRegistry, site_registry

PARTY = "60000"
NAMESPACE = f"fate-{PARTY}"
# What a party of the standalone profile runs.
IMAGES = ("fate", "pulsar", "mariadb", "nginx")
SECRET = "site-registry"
PULL_SECONDS = 1200

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(2400)]


@dataclass(frozen=True)
class Site:
    """The party's inventory, and the registry it takes everything from."""

    federation: Federation
    registry: SiteRegistry
    pins: dict[str, Pin]


@contextmanager
def nodes_know(federation: Federation, registry: SiteRegistry) -> Iterator[None]:
    """Let the nodes' containerd find a registry and believe its CA, as a site's platform team does."""
    lab = context(federation.lab.name, federation.lab.network)
    places = [lab.paths.node(node.name).config / "certs.d" / registry.address for node in lab.config.nodes]
    try:
        for place in places:
            place.mkdir()
            shutil.copy(registry.ca, place / "ca.crt")
            url = f"https://{registry.address}"
            text = f'server = "{url}"\n\n[host."{url}"]\n  capabilities = ["pull", "resolve"]\n  ca = "{place / "ca.crt"}"\n'
            (place / "hosts.toml").write_text(text)
        yield
    finally:
        for place in places:
            shutil.rmtree(place, ignore_errors=True)


def inventory(folder: Path, registry: SiteRegistry, lab: RunningLab) -> Path:
    """A party's inventory as somebody without internet writes it."""
    example_here(
        "party30000",
        folder,
        lab,
        party_id=int(PARTY),
        organisation="Clinic without internet",
        fate_profile="standalone",
        fate_notebook=False,
        fate_exchange_namespace="fate-exchange",
        ingress_provider="existing",
        ingress_class_name="traefik",
        fedfleet_registry=registry.address,
        fedfleet_image_digests_file="{{ inventory_dir }}/artifacts/images.yml",
        fedfleet_image_pull_secrets=[SECRET],
    )
    (folder / "hosts.yml").write_text(yaml.safe_dump({"parties": {"hosts": {f"party{PARTY}": None}}}))
    return folder


def pull_secret(registry: SiteRegistry) -> dict[str, Any]:
    text = Credentials(USER, PASSWORD).authfile(registry.address)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": SECRET, "namespace": NAMESPACE},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(text.encode()).decode()},
    }


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def site(federation: Federation, client: Client) -> Iterator[Site]:
    """The party, deployed; all that takes gigabytes is removed after, and not left where tests keep their files."""
    host = federation.lab.registry.partition(":")[0]
    with tempfile.TemporaryDirectory(prefix="fedfleet-airgap-") as name:
        folder = Path(name)
        (folder / "registry").mkdir()
        carried = folder / "images.tar"
        federation.lab.fedfleet("images", "save", str(carried), *IMAGES, timeout=PULL_SECONDS).expect()
        with site_registry(folder / "registry", host) as registry, nodes_know(federation, registry):
            here = Federation(inventory(folder / "clinic", registry, federation.lab), federation.lab, "standalone")
            digests = here.inventory / "artifacts" / "images.yml"
            to = ("--registry", registry.address, "--ca-file", str(registry.ca), "--env-file", str(registry.env_file))
            federation.lab.fedfleet(
                "images", "push", "--archive", str(carried), *to, "--digests-file", str(digests), timeout=PULL_SECONDS
            ).expect()
            carried.unlink()
            try:
                here.play(playbook="playbooks/provision.yml").expect()
                client.apply([pull_secret(registry)])
                here.play("-e", json.dumps({"fate_wait_timeout": PULL_SECONDS}), show=False).expect()
                yield Site(here, registry, parse_pins(digests.read_text(), str(digests)))
            finally:
                client.delete("Namespace", NAMESPACE, wait=300)


def containers(client: Client, kind: str) -> list[dict[str, Any]]:
    found = []
    for pod in client.list("Pod", NAMESPACE):
        found += [status for field in ("initContainerStatuses", "containerStatuses") for status in pod[kind].get(field) or []]
    return found


def test_the_party_proves_itself_and_waits_for_the_exchange(site: Site) -> None:
    assert [(found.site, found.state) for found in site.federation.report().sites] == [(f"party{PARTY}", "awaiting-admission")]
    assert [rung.rung for rung in site.federation.report().rungs if not rung.ok] == []


def test_every_pod_names_the_sites_registry_and_a_digest(client: Client, site: Site) -> None:
    allowed = {f"{site.registry.address}/fedfleet/{pin.name}:{pin.version}@{pin.digest}" for pin in site.pins.values()}
    asked = {
        container["image"]
        for pod in client.list("Pod", NAMESPACE)
        for kind in ("initContainers", "containers")
        for container in pod["spec"].get(kind) or []
    }
    assert set(site.pins) == set(IMAGES)
    assert asked == allowed


def test_what_runs_is_what_was_saved(client: Client, site: Site) -> None:
    ran = {status["imageID"].partition("@")[2] for status in containers(client, "status")}
    assert ran == {pin.digest for pin in site.pins.values()}
