"""`playbooks/preflight.yml` on the deployed federation: quick and silent when nothing is missing, complete when much is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from fedfleet.kube import Client
from support.cluster import Space, space
from support.commands import Finished
from support.federation import Federation
from support.kube import changed_kubeconfig, guest_token
from support.lab import RunningLab
from support.organisations import Organisation

SITES = 3
SECONDS_A_SITE = 10
PLAYBOOK = "playbooks/preflight.yml"

# One thing of each kind is wrong: versions, sizing, storage, ingress, ways in, names, volumes, variables.
WRONG = {
    "preflight_kubernetes": {"oldest": "1.99", "newest": "1.99"},
    "cluster_openshift": True,
    "cluster_sizing": {
        "lab": {"party": {"nodes": 99, "cores": 9999, "memory_gib": 9999}, "exchange": {"nodes": 1, "cores": 1, "memory_gib": 1}}
    },
    "storage_classes": {"database": "no-such-class"},
    "ingress_provider": "existing",
    "ingress_class_name": "no-such-ingress",
    "fate_public_service_type": "NodePort",
    "preflight_names": ["no-such-name.invalid"],
    "preflight_name_server": {"namespace": "kube-system", "service": "kube-dns", "name": "no-such-service.nowhere.svc.cluster.local"},
    "preflight_dataset_gib": 500,
    "fate_external_networks": [],
    "fate_database_external": {"host": "elsewhere"},
}
NAMED = (
    "Kubernetes version", "OpenShift", "nodes", "CPU", "memory", "StorageClass for database", "IngressClass", "address of nginx-public", "no-such-name.invalid",
    "cluster DNS", "volume flow", "fate_public_node_address", "fate_database_external", "fate_external_networks",
)  # fmt: skip


@pytest.fixture(scope="module")
def quick(federation: Federation) -> Finished:
    # The first run beside a new copy of an inventory writes the change sheets.
    federation.play(playbook=PLAYBOOK).expect()
    return federation.play(playbook=PLAYBOOK).expect()


def test_nothing_is_missing_and_nothing_changes(quick: Finished) -> None:
    assert set(re.findall(r"changed=(\d+)", quick.output)) == {"0"}
    assert "X |" not in quick.output


def test_it_is_quick(quick: Finished) -> None:
    assert quick.seconds < SITES * SECONDS_A_SITE


def test_everything_that_is_missing_is_said_at_once(federation: Federation) -> None:
    done = federation.play("--limit", "party30000", "-e", json.dumps(WRONG), playbook=PLAYBOOK)
    assert done.returncode == 2
    (summary,) = set(re.findall(r"Preflight found \d+ things that site party30000 lacks: (.*?)\. Close", " ".join(done.output.split())))
    assert [name for name in NAMED if name not in summary] == []
    assert "9999 cores in total" in done.output


@pytest.fixture(scope="module")
def own_namespace(lab: RunningLab) -> Iterator[Space]:
    with Client.connect(lab.kubeconfig) as client, space(client, "trial-rights") as place:
        yield place


@pytest.mark.nightly
def test_the_role_that_is_written_is_all_that_is_asked_for(lab: RunningLab, own_namespace: Space, tmp_path: Path) -> None:
    """Somebody with that Role, and nothing else, lacks nothing; with one verb less, that verb."""
    place = own_namespace
    token = guest_token(place.client, place.name)
    party = Organisation.of("party30000", tmp_path, lab, place.name).knowing(
        cluster_admin=False,
        cluster_rbac_subject={"kind": "User", "name": f"system:serviceaccount:{place.name}:guest"},
        ingress_provider="existing",
        ingress_class_name="traefik",
    )
    party.play("playbooks/rbac.yml").expect()
    written = party.artefact("rbac-party30000.yaml").read_text()
    documents = [document for document in yaml.safe_load_all(written) if document and document["kind"] != "Namespace"]
    place.apply(*documents)
    guest = party.knowing(cluster_kubeconfig=str(changed_kubeconfig(lab.kubeconfig, tmp_path / "kubeconfig", user={"token": token})))
    assert "refused by the API server" not in guest.play(PLAYBOOK).expect().output

    (role,) = [document for document in documents if document["kind"] == "Role"]
    lessened = [rule | {"verbs": [verb for verb in rule["verbs"] if verb != "delete"]} for rule in role["rules"]]
    place.apply(role | {"rules": lessened})
    refused = guest.play(PLAYBOOK).expect(2)
    assert re.search(r"rights to .*secrets", " ".join(refused.output.split()))
