"""Traefik that may read the parties' namespaces only serves them, and nobody else."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fedfleet.kube import Client
from support.cluster import PORT, Space, eventually, space
from support.commands import ROOT, run
from support.lab import RunningLab
from support.ways_in import WayIn


@pytest.fixture
def client(lab: RunningLab) -> Iterator[Client]:
    with Client.connect(lab.kubeconfig) as session:
        yield session


def publish(party: Space, host: str, ingress_class: str) -> None:
    """A server of the party on the ingress."""
    party.serve("web", labels={"role": "web"})
    party.service("web", {"role": "web"})
    backend = {"service": {"name": "web", "port": {"number": PORT}}}
    rule = {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    party.apply(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "web"},
            "spec": {"ingressClassName": ingress_class, "rules": [rule]},
        }
    )


def test_only_namespaces_that_are_named_are_served(lab: RunningLab, client: Client, tmp_path: Path) -> None:
    own = f"trial-ingress-{secrets.token_hex(3)}"
    with ExitStack() as stack:
        named, other = (stack.enter_context(space(client, topic)) for topic in ("named", "other"))
        for kind, name in (
            ("Namespace", own),
            ("IngressClass", own),
            *((kind, f"{own}-traefik") for kind in ("ClusterRole", "ClusterRoleBinding")),
        ):
            stack.callback(client.delete, kind, name)
        variables = {
            "cluster_kubeconfig": str(lab.kubeconfig),
            "fedfleet_registry": "registry.lab:5000",
            "site_profile": "lab",
            "ingress_namespace": own,
            "ingress_class_name": own,
            "ingress_namespaces": [named.name],
        }
        inventory = tmp_path / "hosts.yml"
        inventory.write_text(json.dumps({"all": {"hosts": {"party": {}}, "vars": variables}}))
        run("ansible-playbook", str(ROOT / "tests/support/playbooks/ingress.yml"), "-i", str(inventory)).expect()
        for party in (named, other):
            publish(party, f"{party.name}.example.org", own)
        way_in = WayIn.of(client, own)
        with way_in.browser() as browser:
            eventually(lambda: way_in.answers(browser, f"{named.name}.example.org") == 200, "the party that is named is served")
            assert way_in.answers(browser, f"{other.name}.example.org") == 404
        reader = f"system:serviceaccount:{own}:traefik"
        may = {
            party.name: lab.fedfleet(
                "lab", "kubectl", "--", "auth", "can-i", "get", "secrets", "-n", party.name, f"--as={reader}"
            ).output.split()[-1]
            for party in (named, other)
        }
        assert may == {named.name: "yes", other.name: "no"}
