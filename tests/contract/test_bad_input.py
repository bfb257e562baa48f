"""Bad input that can be known without a cluster: what is said, and that nothing was touched. docs/explanation/refusals.md lists the same lines."""

import re
import shutil
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from fedfleet.federation.admission import Admission
from fedfleet.federation.endpoint import EndpointPair
from fedfleet.federation.names import ENDPOINT_NAMES, server_name
from fedfleet.federation.problems import DocumentError
from fedfleet.federation.roster import Member, Membership
from fedfleet.kube import Client, KubeconfigError, UnreachableError
from fedfleet.pki.admissions import Authority, new_admissions, next_roster
from fedfleet.pki.certificates import load_certificate, new_authority, signed
from fedfleet.registration.admission import Party, apply_admission
from fedfleet.registration.secrets import ensure_keys
from support.commands import ROOT, run
from support.kube import local_kubeconfig
from support.objects import Objects
from support.organisations import HERE
from support.parties import BANK, DOMAIN, EXCHANGE, FEDERATION, HOSPITAL, NOW, TELCO, key

Variables = dict[str, Any]


def refusal(
    folder: Path, name: str, variables: Variables, files: dict[str, str], *arguments: str, playbook: str = "preflight", tasks: int = 1
) -> str:
    """Play a playbook on a changed copy of an example inventory; return what is said when nothing but the inventory was looked at."""
    inventory = folder / name
    shutil.copytree(ROOT / "inventories" / name, inventory, ignore=shutil.ignore_patterns("artifacts"))
    common = inventory / "group_vars" / "all.yml"
    kept = yaml.safe_load(common.read_text()) | HERE | {"cluster_kubeconfig": str(folder / "no-kubeconfig")}
    common.write_text(yaml.safe_dump(kept | variables, sort_keys=False))
    for path, text in files.items():
        (inventory / path).parent.mkdir(parents=True, exist_ok=True)
        (inventory / path).write_text(text)
    said = run("ansible-playbook", f"playbooks/{playbook}.yml", "-i", str(inventory), *arguments).expect(2).output
    assert len(re.findall("^TASK ", said, re.MULTILINE)) == tasks, said
    assert "The inventory cannot be used" in said
    assert "Next: Nothing was touched" in said
    return said.replace(f"{inventory}/", "")


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of an inventory whose parties are in each other's way."""
    parties = {
        "one": {"party_id": 30000, "organisation": "Hospital North"},
        "two": {"party_id": 30000, "organisation": "Hospital South"},
        "three": {"party_id": 50000, "organisation": "Hospital East", "federation_name": "other"},
        "four": {"party_id": "30000-b", "organisation": "Hospital West"},
    }
    hosts = {"exchanges": {"hosts": {"exchange": {}}}, "parties": {"hosts": parties}}
    return refusal(tmp_path_factory.mktemp("neighbours"), "lab", {}, {"hosts.yml": yaml.safe_dump(hosts, sort_keys=False)})


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of an inventory whose variables are wrong in many ways."""
    wrong = {
        "cluster_kubeconfg": "/a",
        "organization": "Hospital",
        "country": "DE",
        "fate_dns_ports": 53,
        "fate_wait_timeout": 0,
        "fate_task_retries": "many",
        "site_profile": "huge",
    }
    return refusal(tmp_path_factory.mktemp("variables"), "party30000", wrong, {}, "-e", "fate_profil=spark")


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What an exchange says of bad cards that came in."""
    came = {
        "foreign": TELCO.forged({"federation": "tax-study"}).text(),
        "tampered": BANK.card().text().replace(BANK.coordination, "198.51.100.99"),
        "loopback": HOSPITAL.card().text().replace(HOSPITAL.broker, "127.0.0.1"),
        "thief": replace(HOSPITAL, broker=BANK.broker).card().text(),
    }
    files = {f"artifacts/incoming/{name}.yaml": text for name, text in came.items()}
    ours = {"federation_name": FEDERATION, "federation_domain": DOMAIN}
    return refusal(tmp_path_factory.mktemp("cards"), "exchange", ours, files)


def test_duplicate_party_ids(neighbours: str) -> None:
    assert "- one and two: party 30000 of federation lab is two sites; give each party a party_id of its own." in neighbours
    assert "namespace fate-30000 of the same cluster" in neighbours


def test_malformed_party_id(neighbours: str) -> None:
    assert re.search(r"hosts.yml:\d+: party_id: expected a whole number, found '30000-b'", neighbours)


def test_domain_clashes(neighbours: str) -> None:
    assert "- exchange and three: the federations lab and other share the domain fate.lab.internal, so that their names clash" in neighbours


def test_unknown_variable(variables: str) -> None:
    assert re.search(r"- group_vars/all.yml:\d+: cluster_kubeconfg .* nothing reads it; perhaps cluster_kubeconfig was meant", variables)
    assert re.search(r"- group_vars/all.yml:\d+: nothing reads organization; perhaps organisation was meant", variables)
    assert "- -e on the command line: fate_profil begins like the variables of role fate" in variables
    assert "country" not in variables


def test_wrong_type(variables: str) -> None:
    assert re.search(r"- group_vars/all.yml:\d+: fate_task_retries: expected a whole number, found 'many'", variables)
    assert "fate_dns_ports: expected a list, found 53; a list of one is written [53]" in variables
    assert "fate_wait_timeout: expected at least one second, found 0" in variables
    assert "site_profile: expected one of lab, pilot, production, found 'huge'" in variables


def test_card_of_another_federation(cards: str) -> None:
    where = "card of party 50000 (artifacts/incoming/foreign.yaml)"
    assert f"- {where}: it is for the federation tax-study, expected {FEDERATION}." in cards


def test_tampered_card(cards: str) -> None:
    where = "card of party 40000 (artifacts/incoming/tampered.yaml)"
    assert f"- {where}: its content does not have its fingerprint: it was changed after it was made." in cards
    assert f"- {where}: its signature is not of its coordination key" in cards


def test_route_to_loopback(cards: str) -> None:
    where = "artifacts/incoming/loopback.yaml"
    assert f"- {where}: endpoints.0.address: 127.0.0.1 is a loopback address, which no route may lead to." in cards


def test_route_to_another_partys_address(cards: str) -> None:
    assert "- cards of parties 40000 (broker) and 30000 (broker): the target 198.51.100.40:6651 is claimed more than once." in cards


def admission(years_ago: int = 0, ca: int = 7) -> Admission:
    """An admission of the hospital, by a CA that began at the time."""
    then = NOW - timedelta(days=366 * years_ago)
    certificate = load_certificate(new_authority(key(ca), FEDERATION, DOMAIN, then))
    assert certificate is not None
    authority = Authority(certificate, key(ca))
    names = {name: server_name(name, "30000", DOMAIN) for name in ENDPOINT_NAMES}
    certificates = {
        name: signed(certificate, authority.key, names[name], HOSPITAL.keys[name].public_key(), then) for name in ENDPOINT_NAMES
    }
    member = Member(party_id="30000", organisation="x", engine="fate", state=Membership.ADMITTED, server_names=EndpointPair(**names))
    roster = next_roster(FEDERATION, DOMAIN, EXCHANGE, [member], authority, None, then)
    return new_admissions([(HOSPITAL.card(), EndpointPair(**certificates))], roster, authority)[HOSPITAL.party_id]


def test_expired_admission(tmp_path: Path) -> None:
    ours = {"federation_name": FEDERATION, "federation_domain": DOMAIN}
    said = refusal(tmp_path, "party30000", ours, {"artifacts/admission.yaml": admission(years_ago=3).text()})
    assert re.search(r"admission of party 30000, broker certificate \(artifacts/admission.yaml\): it ended on \d{4}-\d\d-\d\d", said)


def test_admission_of_another_ca() -> None:
    """Which CA is the right one lies in the party's cluster, so its first admission is taken up before."""
    cluster = Objects()
    client = cast(Client, cluster)
    ensure_keys(client, "fate-30000", "30000", DOMAIN, NOW)
    place = Party("fate-30000", FEDERATION, DOMAIN, "30000")
    stored = {"admission.yaml": admission().text(), "roster.yaml": admission().roster.text()}
    cluster.create({"kind": "ConfigMap", "metadata": {"name": "roster", "namespace": "fate-30000"}, "data": stored})
    cluster.writes.clear()
    with pytest.raises(DocumentError, match="it is signed by another CA than the one this party knows") as caught:
        apply_admission(client, place, admission(ca=8), NOW)
    assert "Nothing was changed. Ask the exchange's operator" in str(caught.value)
    assert cluster.writes == []


def test_unreachable_api(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UnreachableError, match=f"cannot be reached.*Where: https://127.0.0.1:{port} .*Next: Check that the cluster is up"):
        Client.connect(local_kubeconfig(tmp_path / "config", port))


def test_wrong_kubeconfig_context(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=r"no context 'production'.*one of its contexts: clinic.*Next: Set cluster_context"):
        Client.connect(local_kubeconfig(tmp_path / "config"), "production")


@pytest.mark.parametrize("verb", ["site", "deploy", "validate", "workload"])
def test_every_playbook_reads_the_inventory_first(tmp_path: Path, verb: str) -> None:
    assert "organization" in refusal(tmp_path, "party30000", {"organization": "Hospital"}, {}, playbook=verb)


def test_a_removal_reads_the_inventory_once_it_is_confirmed(tmp_path: Path) -> None:
    confirmed = ("-e", "remove_site=party30000", "-e", "remove_confirm=party30000")
    said = refusal(tmp_path, "party30000", {"organization": "Hospital"}, {}, *confirmed, playbook="remove", tasks=2)
    assert "organization" in said
