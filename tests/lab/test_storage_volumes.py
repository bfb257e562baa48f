"""Volumes have the size that was asked for, keep what was written, grow, and can be copied as they were at one moment."""

import subprocess
from collections.abc import Iterator

import pytest

from fedfleet.kube import Client, ObjectRef
from support.cluster import Space, eventually, lab_status, pod_definition, space
from support.lab import RunningLab

SNAPSHOTS = "snapshot.storage.k8s.io"
CLAIM = "PersistentVolumeClaim"


@pytest.fixture(scope="module")
def client(lab: RunningLab) -> Iterator[Client]:
    with Client.connect(lab.kubeconfig) as client:
        yield client


@pytest.fixture
def here(client: Client) -> Iterator[Space]:
    with space(client, "storage") as made:
        yield made


def take_snapshot(here: Space, name: str, claim: str) -> None:
    source = {"persistentVolumeClaimName": claim}
    here.apply({"apiVersion": f"{SNAPSHOTS}/v1", "kind": "VolumeSnapshot", "metadata": {"name": name}, "spec": {"source": source}})
    eventually(lambda: snapshot_status(here, name).get("readyToUse"), f"snapshot {name} is ready")


def snapshot_status(here: Space, name: str) -> dict[str, object]:
    found = here.client.get("VolumeSnapshot", name, here.name) or {}
    status: dict[str, object] = found.get("status") or {}
    return status


def btrfs(*words: str) -> str:
    done = subprocess.run(["btrfs", *words], check=False, capture_output=True, text=True)
    # `qgroup assign` ends with 1 where it has made a rescan necessary.
    assert done.returncode in (0, 1), done.stderr
    return done.stdout + done.stderr


def from_snapshot(name: str) -> dict[str, str]:
    return {"apiGroup": SNAPSHOTS, "kind": "VolumeSnapshot", "name": name}


def test_a_writer_stops_at_the_size_of_the_claim(here: Space) -> None:
    here.claim("small", "20Mi")
    pod = here.pod("writer", {"/volume": "small"})
    code, said = pod.sh("dd if=/dev/zero of=/volume/file bs=1M count=40")
    assert code != 0
    assert "quota exceeded" in said
    assert 19 << 20 <= int(pod.ask("stat -c %s /volume/file")) <= 20 << 20


def test_a_writer_stops_after_the_kernel_has_lost_count(here: Space, lab: RunningLab) -> None:
    mount = lab_status(lab, "datastore")["pools"]["mirrored"]["mount"]
    here.claim("shared", "20Mi")
    here.pod("first", {"/volume": "shared"}).ask("dd if=/dev/zero of=/volume/file bs=1M count=10 conv=fsync")
    take_snapshot(here, "copy", "shared")
    volume = f"{mount}/volumes/{here.claimed('shared')['spec']['volumeName']}"
    # A group that takes in blocks which others share is not counted until all are.
    btrfs("qgroup", "create", "1/1000", mount)
    try:
        btrfs("qgroup", "assign", "--no-rescan", f"0/{btrfs('inspect-internal', 'rootid', volume).strip()}", "1/1000", mount)
        assert "inconsistent" in btrfs("qgroup", "show", mount)
        here.claim("small", "20Mi")
        code, said = here.pod("writer", {"/volume": "small"}).sh("dd if=/dev/zero of=/volume/file bs=1M count=40")
        assert "inconsistent" not in btrfs("qgroup", "show", mount)
        assert (code, "quota exceeded" in said) == (1, True)
    finally:
        btrfs("qgroup", "destroy", "1/1000", mount)


def test_a_full_volume_can_be_emptied_and_used_again(here: Space) -> None:
    here.claim("small", "20Mi")
    pod = here.pod("writer", {"/volume": "small"})
    pod.sh("dd if=/dev/zero of=/volume/file bs=1M count=40")
    pod.ask("rm /volume/file && sync && dd if=/dev/zero of=/volume/again bs=1M count=15 conv=fsync")


def test_a_user_without_rights_may_write_by_its_group(here: Space) -> None:
    here.claim("shared", "20Mi")
    pod = here.pod("writer", {"/volume": "shared"})
    assert pod.ask("id -u; touch /volume/file; stat -c %g /volume /volume/file").split() == ["10001"] * 3


@pytest.mark.parametrize("storage_class", ["lab-mirrored", "lab-fast"])
def test_what_was_written_outlives_its_pod_on_any_node(here: Space, storage_class: str) -> None:
    here.claim("kept", "20Mi", storageClassName=storage_class)
    writer = here.pod("writer", {"/volume": "kept"}, node="node1")
    written = writer.ask("head -c 5000000 /dev/urandom > /volume/file; sha256sum /volume/file")
    writer.delete()
    assert here.pod("reader", {"/volume": "kept"}, node="node2").ask("sha256sum /volume/file") == written


def test_a_claim_without_a_class_is_mirrored_and_waits_for_its_first_pod(here: Space) -> None:
    here.claim("waiting", "20Mi")
    events = ObjectRef(CLAIM, here.name, "waiting")
    eventually(lambda: "WaitForFirstConsumer" in "".join(here.client.events(events)), "the claim waits")
    assert here.claimed("waiting")["spec"]["storageClassName"] == "lab-mirrored"
    here.pod("first", {"/volume": "waiting"})
    assert here.claimed("waiting")["status"]["phase"] == "Bound"


def test_a_claim_grows_under_a_running_pod(here: Space) -> None:
    here.claim("growing", "20Mi")
    pod = here.pod("writer", {"/volume": "growing"})
    here.claim("growing", "60Mi")
    eventually(lambda: here.claimed("growing")["status"]["capacity"]["storage"] == "60Mi", "the claim has grown")
    pod.ask("dd if=/dev/zero of=/volume/file bs=1M count=50 conv=fsync")


def test_a_snapshot_brings_back_what_was(here: Space) -> None:
    here.claim("source", "20Mi")
    pod = here.pod("writer", {"/volume": "source"})
    pod.ask("echo before > /volume/file && sync")
    take_snapshot(here, "before", "source")
    pod.ask("echo after > /volume/file && touch /volume/new && sync")
    here.claim("restored", "30Mi", dataSource=from_snapshot("before"))
    assert here.pod("reader", {"/volume": "restored"}).ask("cat /volume/file; ls /volume").split() == ["before", "file"]
    assert pod.ask("cat /volume/file") == "after"


def test_a_restored_volume_lives_on_without_its_snapshot(here: Space) -> None:
    here.claim("source", "20Mi")
    here.pod("writer", {"/volume": "source"}).ask("echo before > /volume/file && sync")
    take_snapshot(here, "before", "source")
    here.claim("restored", "20Mi", dataSource=from_snapshot("before"))
    reader = here.pod("reader", {"/volume": "restored"})
    here.client.delete("VolumeSnapshot", "before", here.name, wait=30)
    eventually(
        lambda: not any(of_space(item, here) for item in here.client.list("VolumeSnapshotContent")), "the snapshot's content is gone too"
    )
    reader.ask("grep before /volume/file && dd if=/dev/zero of=/volume/more bs=1M count=10 conv=fsync")


def of_space(content: dict[str, dict[str, dict[str, str]]], here: Space) -> bool:
    return content["spec"]["volumeSnapshotRef"]["namespace"] == here.name


def test_a_claim_can_start_as_a_copy_of_another(here: Space) -> None:
    here.claim("source", "20Mi")
    here.pod("writer", {"/volume": "source"}).ask("echo mine > /volume/file && sync")
    here.claim("copy", "20Mi", dataSource={"kind": CLAIM, "name": "source"})
    assert here.pod("reader", {"/volume": "copy"}).ask("cat /volume/file") == "mine"


@pytest.mark.parametrize(
    ("size", "spec", "reason"),
    [
        ("900Ti", {}, "more than the pool mirrored has in all"),
        ("20Mi", {"volumeMode": "Block"}, "no raw block volumes"),
        ("20Mi", {"dataSource": from_snapshot("missing")}, "not ready"),
    ],
)
def test_a_claim_that_cannot_be_met_says_why(here: Space, size: str, spec: dict[str, object], reason: str) -> None:
    here.claim("asking", size, **spec)
    pod = pod_definition("user", ["sleep", "infinity"], {"/volume": "asking"}, node="", labels={})
    if spec.get("volumeMode") == "Block":
        container = pod["spec"]["containers"][0]
        container["volumeDevices"] = [{"name": entry["name"], "devicePath": "/dev/x"} for entry in container.pop("volumeMounts")]
    here.apply(pod)
    claim = ObjectRef(CLAIM, here.name, "asking")
    eventually(lambda: reason in "".join(here.client.events(claim)), f"an event says {reason!r}")
    assert here.claimed("asking")["status"]["phase"] == "Pending"


def test_a_deleted_claim_takes_its_volume_with_it_and_a_retained_one_stays(here: Space, lab: RunningLab) -> None:
    mirrored = lab_status(lab, "datastore")["pools"]["mirrored"]["mount"]
    for name in ("passing", "retained"):
        here.claim(name, "20Mi")
    pod = here.pod("user", {"/one": "passing", "/two": "retained"})
    volumes = {name: here.claimed(name)["spec"]["volumeName"] for name in ("passing", "retained")}
    here.client.patch("PersistentVolume", volumes["retained"], None, {"spec": {"persistentVolumeReclaimPolicy": "Retain"}})
    pod.delete()
    for name in volumes:
        here.client.delete(CLAIM, name, here.name, wait=30)
    here.client.wait_gone([ObjectRef("PersistentVolume", "", volumes["passing"])], 30)
    listed = lab.fedfleet("lab", "exec", "node1", "--", "ls", f"{mirrored}/volumes").expect().output.split()
    assert volumes["passing"] not in listed
    assert volumes["retained"] in listed
    here.client.patch("PersistentVolume", volumes["retained"], None, {"spec": {"persistentVolumeReclaimPolicy": "Delete"}})
    here.client.wait_gone([ObjectRef("PersistentVolume", "", volumes["retained"])], 30)
