"""What role fate would apply, in each of its variants, rendered once for all tests."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import run
from support.made_once import made_once
from support.manifests import Manifests, read

EXCHANGE = {
    "broker": {"address": "192.0.2.10", "port": 443, "server_name": "proxy.fed.example.org"},
    "coordination": {"address": "192.0.2.11", "port": 9443, "server_name": "exchange.fed.example.org"},
}
EXTERNAL = {
    "fate_database_external": {"host": "db.example.org", "port": 3306, "name": "fate", "user": "fate", "secret": "db", "key": "pw"},
    "fate_spark_external": {"master": "spark://spark.example.org:7077", "workers": ["10.20.3.0/24"]},
    "fate_hdfs_external": {"name_node": "hdfs://hdfs.example.org:9000"},
    "fate_pulsar_external": {"host": "pulsar.example.org"},
    "fate_public_endpoint": {"broker": {"address": "198.51.100.7", "port": 6651}},
    "fate_external_networks": [{"cidr": "10.20.0.0/16", "ports": [3306, 6650, 7077, 8080, 9000, 9870]}],
}
VARIANTS: dict[str, dict[str, Any]] = {
    "lab": {"site_profile": "lab", "fate_exchange": EXCHANGE},
    "not-admitted": {"site_profile": "lab", "fate_profile": "standalone"},
    "pilot": {"site_profile": "pilot", "fate_exchange": EXCHANGE, "fate_image_board": "registry.example.org/fateboard:2.1.1"},
    "production": {
        "site_profile": "production",
        "fate_exchange": EXCHANGE,
        "storage_classes": {"database": "gold", "stream": "gold", "files": "silver", "dataset": "bulk", "notebook": "silver"},
        "fate_sizing": {"volumes": {"datanode": "500Gi"}},
        "fedfleet_image_pull_secrets": ["registry"],
        "fate_node_selector": {"pool": "fate"},
        "fate_priority_class": "important",
    },
    "pulsar-cluster": {"site_profile": "lab", "fate_profile": "standalone", "fate_exchange": EXCHANGE, "fate_pulsar_mode": "cluster"},
    "pulsar-cluster-production": {"site_profile": "production", "fate_exchange": EXCHANGE, "fate_pulsar_mode": "cluster"},
    "external": {"site_profile": "pilot", "fate_exchange": EXCHANGE, **EXTERNAL},
    "external-spark": {
        "site_profile": "pilot",
        "fate_exchange": EXCHANGE,
        **{name: EXTERNAL[name] for name in ("fate_spark_external", "fate_external_networks")},
    },
    "same-cluster": {
        "site_profile": "lab",
        "fate_profile": "standalone",
        "fate_exchange": EXCHANGE,
        "fate_exchange_namespace": "fate-exchange",
        "cluster_domain": "k8s.example.org",
    },
    "node-port": {"site_profile": "pilot", "fate_public_service_type": "NodePort", "fate_public_node_address": "198.51.100.9"},
}
SITE = {
    "party_id": 30000,
    "federation_name": "demo",
    "federation_domain": "fed.example.org",
    "fedfleet_registry": "registry.example.org",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Manifests]:
    """Every variant, rendered by the role itself in one run of Ansible."""
    folder = made_once(tmp_path_factory, "fate-role", render)
    return {name: read((folder / f"{name}.yml").read_text()) for name in VARIANTS}


def render(folder: Path) -> None:
    """Have the role write every variant into a file of its name."""
    plays = [
        {
            "name": f"Render {name}",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": SITE | variables | {"fate_manifests_file": str(folder / f"{name}.yml")},
            "tasks": [
                {"name": "Render", "ansible.builtin.include_role": {"name": "fedfleet.federation.fate", "tasks_from": "render"}},
            ],
        }
        for name, variables in VARIANTS.items()
    ]
    playbook = folder / "play.yml"
    playbook.write_text(yaml.safe_dump(plays))
    run("ansible-playbook", "-i", "localhost,", str(playbook), timeout=300).expect()


@pytest.fixture(params=VARIANTS)
def manifests(request: pytest.FixtureRequest, rendered: dict[str, Manifests]) -> Manifests:
    """One variant after the other."""
    return rendered[request.param]
