"""The page of a federation that is really there says what the cluster says, and asks for nothing."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fedfleet.kube import Client
from fedfleet.pki.certificates import load_certificate
from fedfleet.report import Report
from support.browser import Page
from support.commands import run
from support.federation import Federation

SITES = {"exchange": "fate-exchange", "party30000": "fate-30000", "party40000": "fate-40000"}


@pytest.fixture(scope="module")
def report(federation: Federation) -> Report:
    return federation.report()


@pytest.fixture(scope="module")
def opened(federation: Federation, page: Page) -> Page:
    # The newest run has to be one that went well, whatever other tests have tried on this inventory.
    federation.play(playbook="playbooks/validate.yml").expect()
    told = run("fedfleet", "report", "-i", str(federation.inventory), env=federation.lab.environment).expect()
    place = Path(told.output.rstrip().splitlines()[-1].removeprefix("The whole report as a page: "))
    assert place == federation.inventory / "artifacts" / "reports" / "report.html"
    page.resize(1280)
    page.media()
    page.open(place)
    return page


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


def test_nothing_is_asked_of_the_network(opened: Page) -> None:
    assert opened.requests() == []
    assert opened.complaints() == []


def test_the_picture_shows_everybody_and_that_every_way_is_proven(opened: Page) -> None:
    assert opened.shown(".picture.wide .title") == ["Exchange", "Party 30000", "Party 40000"]
    assert {"Hospital North", "Hospital South"} <= set(opened.shown(".picture.wide text"))
    assert opened.shown(".picture.wide .words") == ["coordination ✓ 3 of 3", "broker ✓ 3 of 3", "toy ✓ 2 of 2"] * 2


def test_the_ladder_is_proven_up_to_toys_with_a_partner(opened: Page) -> None:
    states = opened.shown("summary .mark")

    assert all(state.startswith("✓") for state in states[:5])
    assert "30000 → 40000 by party30000" in opened.shown("details tbody th")


def test_every_replica_is_told_with_its_answers(opened: Page, client: Client) -> None:
    pods = client.list("Pod", "fate-exchange", api_version="v1", fields="status.phase=Running")
    replicas = {pod["metadata"]["name"] for pod in pods if not pod["metadata"].get("deletionTimestamp")}

    assert replicas <= set(opened.shown("[aria-label^='Routes of'] thead th"))


def test_certificates_end_when_the_secrets_say(report: Report, opened: Page, client: Client) -> None:
    secret = client.get("Secret", "nginx-cert", "fate-30000")
    assert secret is not None
    certificate = load_certificate(base64.b64decode(secret["data"]["tls.crt"]).decode())
    assert certificate is not None
    ends = certificate.not_valid_after_utc

    rows = [row for row in opened.shown("[aria-label=Certificates] tbody tr") if "party30000" in row and "coordination endpoint" in row]

    assert f"{ends:%Y-%m-%d %H:%M:%S} UTC" in rows[0]
    assert {standing.certificate.purpose for standing in report.certificates if standing.site == "exchange"} >= {
        "of the exchange's nginx",
        "of the federation's CA",
        "given to party 40000 for its broker endpoint",
    }


def test_images_have_the_digests_that_pods_run(opened: Page, client: Client) -> None:
    for namespace in SITES.values():
        for pod in client.list("Pod", namespace, api_version="v1", fields="status.phase=Running"):
            for status in pod["status"]["containerStatuses"]:
                digest = status["imageID"].rpartition("@")[2]
                assert digest.startswith("sha256:")
                assert digest in opened.shown("[aria-label=Images] code")


def test_versions_are_those_that_run(report: Report, client: Client) -> None:
    for site in report.sites:
        versions = {version.name: version.version for version in site.facts.versions}
        assert versions["Kubernetes"] == client.version()
        assert {"FedFleet", "ansible-core", "Python", "kubelet", "containerd"} <= set(versions)
        if site.site_kind == "party":
            assert versions["FATE"] == "2.2.0"


def test_sizing_is_held_against_the_profile(report: Report, federation: Federation) -> None:
    for site in report.sites:
        sizing = site.facts.sizing
        assert sizing is not None
        assert (sizing.profile, sizing.short()) == ("lab", ())
        assert sizing.offered is not None
        assert 0 < sizing.reserved.cores < sizing.offered.cores
        assert site.facts.engine_profile == ("" if site.site == "exchange" else federation.profile)


def test_everything_could_be_looked_at(report: Report) -> None:
    assert {site.site: site.facts.unseen for site in report.sites} == dict.fromkeys(SITES, ())


def test_no_secret_is_in_the_report(federation: Federation, client: Client) -> None:
    files = (federation.inventory / "artifacts" / "reports").iterdir()
    written = "".join(path.read_text() for path in files if path.is_file())

    for namespace in SITES.values():
        for secret in client.list("Secret", namespace):
            for name, value in (secret.get("data") or {}).items():
                text = base64.b64decode(value).decode("utf-8", "replace")
                # As it is and as JSON has it; a few signs are found anywhere.
                told = len(text) > 8 and (text in written or json.dumps(text)[1:-1] in written)
                assert not told, f"{namespace}/{secret['metadata']['name']}, {name}"


def test_ages_are_counted_from_when_things_were_proven(report: Report) -> None:
    moments = [rung.proven_at for rung in report.rungs if rung.proven_at]

    assert len(moments) == len(report.rungs)
    assert all(moment <= report.made_at <= datetime.now(UTC) for moment in moments)
