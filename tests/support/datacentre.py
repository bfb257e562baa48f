"""A data centre with a simulated vCenter, made for the tests of one file."""

import json
import os
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

from fedfleet.errors import FedFleetError
from fedfleet.kube import Client
from support.commands import BIN, Finished
from support.federation import Federation
from support.guardian import Guardian
from support.lab import COLD_SECONDS, RUNNING, RunningLab

# What a cluster keeps over a power cut.
KEPT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept", "namespace": "default"}, "data": {"before": "the power cut"}}


@pytest.fixture(scope="module")
def datacentre() -> Iterator[RunningLab]:
    """A data centre, brought up from nothing and taken down after; FEDFLEET_TEST_LAB names one that runs already, which is left as it is."""
    network = "10.98.0.0/16"
    running = os.environ.get(RUNNING)
    if running:
        yield RunningLab(running, os.environ.get("FEDFLEET_LAB_NETWORK", network))
        return
    lab = RunningLab("dc", network)
    with Guardian([str(BIN / "fedfleet"), "lab", "down", "--name", lab.name, "--network", lab.network]):
        lab.fedfleet("lab", "down").expect()
        try:
            lab.fedfleet("lab", "up", "--vcenter", timeout=COLD_SECONDS).expect()
            yield lab
        finally:
            lab.fedfleet("lab", "down").expect()


@pytest.fixture(scope="module")
def datacentre_with_images(datacentre: RunningLab) -> RunningLab:
    """The data centre, with all images in its registry and on the nodes that it makes."""
    build = ("images", "build", "--registry", datacentre.registry, "--plain-http")
    datacentre.fedfleet(*build, timeout=COLD_SECONDS).expect()
    datacentre.fedfleet("lab", "images").expect()
    return datacentre


def folder(lab: RunningLab) -> Path:
    """Where the lab keeps what it knows of its vCenter and Supervisor."""
    return lab.cache / "lab" / lab.name


@pytest.fixture(scope="module")
def vcenter(datacentre: RunningLab) -> Iterator[Any]:
    """A session of VMware's own library, as the administrator."""
    place = folder(datacentre) / "vcenter"
    trust = ssl.create_default_context(cafile=place / "authorities.pem")
    password = (place / "administrator.password").read_text()
    host = (place / "address").read_text()
    instance = SmartConnect(host=host, user="administrator@vsphere.local", pwd=password, sslContext=trust)
    try:
        yield instance
    finally:
        Disconnect(instance)


def machines(vcenter: Any) -> dict[str, Any]:
    """All VMs by name."""
    view = vcenter.content.viewManager.CreateContainerView(vcenter.content.rootFolder, [vim.VirtualMachine], True)
    found = {}
    for vm in view.view:
        # One that is destroyed while it is looked at is not there.
        with suppress(vmodl.fault.ManagedObjectNotFound):
            found[vm.name] = vm
    return found


def exchange_alone(lab: RunningLab, directory: Path) -> Federation:
    """A copy of inventories/vcenter for the data centre, of which `provision` brings up the exchange's cluster alone."""
    return Federation.copied("vcenter", directory, lab, "standalone")


def provision(site: Federation, *arguments: str) -> Finished:
    """Bring the exchange's cluster to what the inventory and further arguments say."""
    return site.play("--limit", "exchange", *arguments, playbook="playbooks/provision.yml")


def exchange_client(site: Federation) -> Client:
    """A session with the exchange's cluster."""
    return Client.connect(folder(site.lab) / "kubeconfigs" / "exchange")


def ready(client: Client) -> set[str]:
    """Names of the nodes that are Ready."""
    return {
        node["metadata"]["name"]
        for node in client.list("Node")
        if any(condition["type"] == "Ready" and condition["status"] == "True" for condition in node["status"].get("conditions", ()))
    }


def control_planes(vcenter: Any) -> dict[str, Any]:
    """The VMs of the exchange's control plane, by name."""
    return {name: vm for name, vm in machines(vcenter).items() if name.startswith("fl-exchange-") and "workers" not in name}


def cell_of(site: Federation, start: str) -> str:
    """The cell of the lab that has nodes whose names start so."""
    (cell,) = (cell for cell, nodes in _said(site)["cells"].items() if any(node.startswith(start) for node in nodes))
    return str(cell)


def etcd(site: Federation) -> tuple[int, int]:
    """How many members the cluster's etcd has, and how many of them are healthy."""
    said, cell = _said(site), cell_of(site, "fl-exchange-")
    return said["etcd"][cell]["members"], said["etcd"][cell]["healthy"]


def _said(site: Federation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.lab.fedfleet("lab", "status", "--json").expect().output)["parts"]["datacentre"]
    return found


def api_answers(site: Federation) -> bool:
    """Whether the API of the exchange's cluster answers, on a new connection."""
    try:
        with exchange_client(site) as client:
            return client.get("Namespace", "default") is not None
    except FedFleetError:
        return False
