"""Volumes outlive what happens in data centres: nodes that lose power, disks that die, a provisioner that is killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedfleet.kube import Client
from support.cluster import Pod, Space, eventually, lab_status, pod_definition, space
from support.lab import RunningLab


@pytest.fixture
def here(fragile: RunningLab) -> Iterator[Space]:
    with Client.connect(fragile.kubeconfig) as client, space(client, "faults") as made:
        yield made


@pytest.fixture
def fill(here: Space) -> Pod:
    """A pod with 64 MiB of noise in a mirrored volume, and the noise's checksum beside it."""
    here.claim("mirrored", "200Mi")
    pod = here.pod("keeper", {"/volume": "mirrored"}, node="node2")
    pod.ask("cd /volume && head -c 64M /dev/urandom > noise && sha256sum noise > sum && sync")
    return pod


def intact(pod: Pod) -> str:
    """Check all files against their sums, reading them from the disks and not out of memory."""
    forget = "for file in *; do dd if=$file iflag=nocache count=0 status=none; done"
    return pod.ask(f"cd /volume && sync && {forget} && sha256sum --check sum", timeout=120)


def disks(lab: RunningLab) -> dict[str, str]:
    return {name: disk["state"] for name, disk in lab_status(lab, "datastore")["pools"]["mirrored"]["disks"].items()}


@pytest.fixture
def repaired(fragile: RunningLab) -> Iterator[None]:
    """Whatever a test does to the disks, the next one finds them whole."""
    yield
    for disk in ("disk1", "disk2"):
        fragile.fedfleet("lab", "disk", "repair", disk).expect()


def test_what_was_synced_outlives_a_node_that_loses_power(fragile: RunningLab, here: Space, fill: Pod) -> None:
    fragile.fedfleet("lab", "node", "crash", "node2").expect()
    try:
        fill.client.delete("Pod", fill.name, fill.namespace)
    finally:
        fragile.fedfleet("lab", "node", "start", "node2").expect()
    eventually(lambda: fill.client.get("Pod", fill.name, fill.namespace) is None, "the node has let go of its pod", seconds=120)
    assert "OK" in intact(here.pod("reader", {"/volume": "mirrored"}, node="node1"))


@pytest.mark.usefixtures("repaired")
def test_a_destroyed_disk_costs_no_data_and_is_repaired(fragile: RunningLab, fill: Pod) -> None:
    fragile.fedfleet("lab", "disk", "fail", "disk2").expect()
    assert "OK" in intact(fill)
    fill.ask("cd /volume && head -c 8M /dev/urandom > later && sha256sum later >> sum && sync")
    # Which of the two disks a process reads from goes by its number (btrfs' read policy `pid`): one look may see nothing of the loss.
    eventually(lambda: "OK" in intact(fill) and disks(fragile)["disk2"] == "errors", "the loss has been noticed", seconds=120)
    said = fragile.fedfleet("lab", "disk", "repair", "disk2").expect().output
    assert "errors corrected" in said
    assert disks(fragile) == {"disk1": "healthy", "disk2": "healthy"}
    # Only the repaired disk is left to read from.
    fragile.fedfleet("lab", "disk", "fail", "disk1").expect()
    assert intact(fill).count("OK") == 2


@pytest.mark.usefixtures("repaired")
def test_the_last_good_disk_is_not_destroyed(fragile: RunningLab) -> None:
    fragile.fedfleet("lab", "disk", "fail", "disk1").expect()
    refused = fragile.fedfleet("lab", "disk", "fail", "disk2")
    assert refused.returncode == 1
    assert "Repair disk1 first" in refused.output


@pytest.mark.nightly
@pytest.mark.usefixtures("repaired")
def test_a_disk_that_was_lost_while_the_lab_was_down_is_rebuilt(fragile: RunningLab) -> None:
    fragile.fedfleet("lab", "disk", "fail", "disk1").expect()
    fragile.fedfleet("lab", "down", "--keep").expect()
    fragile.fedfleet("lab", "up").expect()
    said = fragile.fedfleet("lab", "disk", "repair", "disk1").expect().output
    assert "rebuilt as a whole" in said or "errors corrected" in said
    assert disks(fragile) == {"disk1": "healthy", "disk2": "healthy"}


def test_claims_made_while_the_provisioner_was_dead_are_met_when_it_is_back(fragile: RunningLab, here: Space) -> None:
    tag = f"FEDFLEET_LAB_PROCESS={fragile.cache}/lab/{fragile.name}#datastore;".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if tag in (folder / "environ").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue
    eventually(lambda: not lab_status(fragile, "datastore")["ok"], "the status tells of it")
    here.claim("waiting", "20Mi")
    here.apply(pod_definition("early", ["sleep", "infinity"], {"/volume": "waiting"}, node="", labels={}))
    fragile.fedfleet("lab", "up").expect()
    assert lab_status(fragile, "datastore")["ok"]
    here.pod("user", {"/volume": "waiting"}).ask("touch /volume/file")
