"""A data centre with a simulated vCenter, made for the tests of one file."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

from fedfleet.kube import Client
from support.commands import BIN
from support.guardian import Guardian
from support.lab import COLD_SECONDS, RUNNING, RunningLab


@contextmanager
def datacentre_for_tests(name: str = "dc", network: str = "10.98.0.0/16") -> Iterator[RunningLab]:
    """Bring a data centre up from nothing and take it down after; FEDFLEET_TEST_LAB names one that runs already, which is left as it is."""
    running = os.environ.get(RUNNING)
    if running:
        yield RunningLab(running, os.environ.get("FEDFLEET_LAB_NETWORK", network))
        return
    lab = RunningLab(name, network)
    with Guardian([str(BIN / "fedfleet"), "lab", "down", "--name", lab.name, "--network", lab.network]):
        lab.fedfleet("lab", "down").expect()
        try:
            lab.fedfleet("lab", "up", "--vcenter", timeout=COLD_SECONDS).expect()
            yield lab
        finally:
            lab.fedfleet("lab", "down").expect()


def folder(lab: RunningLab) -> Path:
    """Where the lab keeps what it knows of its vCenter and Supervisor."""
    return lab.cache / "lab" / lab.name


@contextmanager
def vcenter_session(lab: RunningLab) -> Iterator[Any]:
    """A session of VMware's own library, as the administrator."""
    place = folder(lab) / "vcenter"
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


def ready(client: Client) -> set[str]:
    """Names of the nodes that are Ready."""
    return {
        node["metadata"]["name"]
        for node in client.list("Node")
        if any(condition["type"] == "Ready" and condition["status"] == "True" for condition in node["status"]["conditions"])
    }
