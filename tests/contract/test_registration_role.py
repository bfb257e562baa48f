"""What role registration publishes, in each way a site may be reached; and that it agrees with the roles that make the Services."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import ROOT, run

SITE = {
    "federation_name": "demo",
    "federation_domain": "fed.example.org",
    "cluster_kubeconfig": "/nowhere",
    "ansible_connection": "local",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
SITES: dict[str, dict[str, Any]] = {
    "party-balancer": {"party_id": 1},
    "party-partial": {"party_id": 2, "public_endpoint": {"broker": {"port": 443}, "coordination": {"address": "198.51.100.7"}}},
    "party-nodes": {"party_id": 3, "fate_public_service_type": "NodePort", "public_node_address": "198.51.100.9"},
    "party-nodes-as-before": {
        "party_id": 4,
        "fate_public_service_type": "NodePort",
        "fate_public_node_address": "198.51.100.9",
        "fate_public_node_ports": {"coordination": 31943, "broker": 31651},
    },
    "party-pulsar": {
        "party_id": 5,
        "fate_pulsar_external": {"host": "pulsar.example.org"},
        "public_endpoint": {"broker": {"address": "198.51.100.7", "port": 6651}},
    },
    "exchange-balancer": {"cluster_domain": "k8s.example.org"},
    "exchange-nodes": {"exchange_service_type": "NodePort"},
    "exchange-hosts": {"exchange_service_type": "HostAddresses", "exchange_host_addresses": ["203.0.113.7"]},
}
SOURCES = {"sources": "__registration_sources", "resolver": "registration_resolver", "ports": "registration_party_ports"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the role says of every site, in one run of Ansible: its change sheet, and what it hands to modules."""
    folder = tmp_path_factory.mktemp("registration-role")
    groups = {
        f"{kind}s": {"hosts": {name: variables for name, variables in SITES.items() if name.startswith(kind)}}
        for kind in ("exchange", "party")
    }
    groups["parties"] = groups.pop("partys")
    inventory = folder / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"all": {"children": groups, "vars": SITE | {"registration_artifacts": str(folder)}}}))
    sheet = {"name": "fedfleet.federation.registration", "tasks_from": "change_sheet", "public": True}
    content = "{{ {" + ", ".join(f"'{name}': {variable}" for name, variable in SOURCES.items()) + "} | to_json }}"
    tasks = [
        {"name": "Write the change sheet", "ansible.builtin.include_role": sheet},
        {
            "name": "Write what modules get",
            "ansible.builtin.copy": {"content": content, "dest": str(folder / "{{ inventory_hostname }}.json"), "mode": "0644"},
        },
    ]
    playbook = folder / "play.yml"
    playbook.write_text(yaml.safe_dump([{"name": "Render", "hosts": "all", "gather_facts": False, "tasks": tasks}]))
    run("ansible-playbook", "-i", str(inventory), str(playbook), timeout=120).expect()
    return {
        name: json.loads((folder / f"{name}.json").read_text()) | {"sheet": (folder / f"change-sheet-{name}.md").read_text()}
        for name in SITES
    }


def doors(sheet: str) -> list[tuple[str, str]]:
    """Address and port of what a change sheet lets in."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in sheet.splitlines() if line.startswith("| in |")]
    return [(row[2], row[3]) for row in rows]


@pytest.mark.parametrize(
    ("site", "published"),
    [
        (
            "party-balancer",
            [
                ("address of Service pulsar-public-tls in namespace fate-1", "6651"),
                ("address of Service nginx-public in namespace fate-1", "9443"),
            ],
        ),
        ("party-partial", [("address of Service pulsar-public-tls in namespace fate-2", "443"), ("198.51.100.7", "9443")]),
        ("party-nodes", [("198.51.100.9", "30651"), ("198.51.100.9", "30943")]),
        ("party-nodes-as-before", [("198.51.100.9", "31651"), ("198.51.100.9", "31943")]),
        ("party-pulsar", [("198.51.100.7", "6651"), ("address of Service nginx-public in namespace fate-5", "9443")]),
        ("exchange-nodes", [("the nodes of this cluster", "30443"), ("the nodes of this cluster", "30944")]),
        ("exchange-hosts", [("203.0.113.7", "443"), ("203.0.113.7", "9443")]),
    ],
)
def test_the_change_sheet_shows_what_is_published(told: dict[str, dict[str, Any]], site: str, published: list[tuple[str, str]]) -> None:
    assert doors(told[site]["sheet"]) == published


@pytest.mark.parametrize(
    ("site", "broker", "coordination"),
    [
        (
            "party-balancer",
            {"service": "pulsar-public-tls", "node_address": ""},
            {"service": "nginx-public", "node_address": ""},
        ),
        (
            "party-partial",
            {"service": "pulsar-public-tls", "node_address": "", "port": 443},
            {"service": "nginx-public", "node_address": "", "address": "198.51.100.7"},
        ),
        (
            "party-nodes",
            {"service": "pulsar-public-tls", "node_address": "198.51.100.9"},
            {"service": "nginx-public", "node_address": "198.51.100.9"},
        ),
        (
            "party-pulsar",
            {"service": "", "node_address": "", "address": "198.51.100.7", "port": 6651},
            {"service": "nginx-public", "node_address": ""},
        ),
        ("exchange-nodes", {"service": "traffic-server", "node_address": ""}, {"service": "nginx", "node_address": ""}),
    ],
)
def test_the_inventory_overrides_what_it_names_and_nothing_else(
    told: dict[str, dict[str, Any]], site: str, broker: dict[str, Any], coordination: dict[str, Any]
) -> None:
    assert told[site]["sources"] == {"broker": broker, "coordination": coordination}


def test_one_variable_says_how_services_names_end(told: dict[str, dict[str, Any]]) -> None:
    assert told["exchange-balancer"]["resolver"] == "kube-dns.kube-system.svc.k8s.example.org"
    assert told["exchange-nodes"]["resolver"] == "kube-dns.kube-system.svc.cluster.local"


def defaults(role: str) -> dict[str, Any]:
    """A role's defaults, as they are written."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "roles" / role / "defaults" / "main.yml").read_text())
    return found


def test_what_stands_in_for_other_roles_variables_is_those_roles_own_default(told: dict[str, dict[str, Any]]) -> None:
    fate, exchange = defaults("fate"), defaults("exchange")
    assert told["exchange-balancer"]["ports"] == exchange["exchange_party_ports"]
    assert (fate["fate_public_service_type"], exchange["exchange_service_type"]) == ("LoadBalancer", "LoadBalancer")
    nodes = [("198.51.100.9", str(fate["fate_public_node_ports"][name])) for name in ("broker", "coordination")]
    assert doors(told["party-nodes"]["sheet"]) == nodes
    assert [port for _, port in doors(told["exchange-nodes"]["sheet"])] == [
        str(exchange["exchange_node_ports"][name]) for name in ("broker", "coordination")
    ]
    assert [port for _, port in doors(told["exchange-balancer"]["sheet"])] == [
        str(exchange["exchange_broker_port"]),
        str(exchange["exchange_coordination_port"]),
    ]


def test_there_is_one_rule_for_party_ids() -> None:
    from fedfleet.federation.names import PARTY_ID

    texts = [path.read_text() for path in Path(ROOT / "roles" / "fate").rglob("*.yml")]
    assert any(f"match('^{PARTY_ID}$')" in text for text in texts)
