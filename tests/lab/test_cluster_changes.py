"""A cluster that vSphere made is upgraded and scaled through the role, node by node, and what runs on it keeps its data."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from fedfleet import progress
from fedfleet.kube import Client, InvalidError
from support.cluster import IMAGE, PORT, Space, eventually, pod_definition
from support.commands import ROOT, Finished
from support.datacentre import exchange_alone, exchange_client, folder, machines, provision, ready
from support.federation import Federation
from support.lab import COLD_SECONDS, RunningLab
from support.silence import silences

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1800)]

NAMESPACE, NAME = "fl-exchange", "fl-exchange-a"
OLDER, NEWER = "v1.33", "v1.34"
USUAL, OTHER = "best-effort-2xlarge", "best-effort-xlarge"

# Writes a word once in the life of its volume, and answers with it.
_KEEPER = (ROOT / "extensions" / "molecule" / "shared" / "keeper.pl").read_text()


@pytest.fixture(scope="module")
def site(datacentre: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Federation:
    datacentre.fedfleet("lab", "build", "--every-release", timeout=COLD_SECONDS).expect()
    made = exchange_alone(datacentre, tmp_path_factory.mktemp("inventories"))
    bring_to(made, OLDER).expect()
    return made


@pytest.fixture(scope="module")
def cluster(site: Federation) -> Iterator[Client]:
    with exchange_client(site) as client:
        yield client


@pytest.fixture(scope="module")
def supervisor(site: Federation) -> Iterator[Client]:
    with Client.connect(folder(site.lab) / "kubeconfig") as client:
        yield client


@dataclass
class Keeper:
    """A Deployment with a volume, behind an address of its own; it tells a word that only its volume knows."""

    address: str
    word: str = ""

    def tells(self) -> str:
        """What it answers; empty where it does not."""
        connection = HTTPConnection(self.address, PORT, timeout=2)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        except (OSError, HTTPException):
            return ""
        finally:
            connection.close()


@pytest.fixture(scope="module")
def keeper(cluster: Client) -> Iterator[Keeper]:
    namespace = "keeper"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}])
    space = Space(cluster, namespace)
    space.claim("word", "64Mi")
    pod = pod_definition("keeper", ["perl", "-e", _KEEPER], {"/keep": "word"}, node="", labels={}, port=PORT)
    assert pod["spec"]["containers"][0]["image"] == IMAGE
    template = {"metadata": {"labels": pod["metadata"]["labels"]}, "spec": pod["spec"]}
    spec = {"replicas": 1, "strategy": {"type": "Recreate"}, "selector": {"matchLabels": pod["metadata"]["labels"]}, "template": template}
    space.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "keeper"}, "spec": spec})
    space.service("keeper", pod["metadata"]["labels"], type="LoadBalancer")
    found = Keeper(space.address("keeper"))
    eventually(found.tells, "the keeper answers", seconds=180)
    found.word = found.tells()
    yield found
    cluster.delete("Namespace", namespace)


@dataclass
class Watch:
    """What was seen while a cluster changed: how many VMs at most, and all their names."""

    most: int = 0
    names: set[str] = field(default_factory=set)


@contextmanager
def watched(vcenter: Any, keeper: Keeper) -> Iterator[Watch]:
    """Watch the VMs and the keeper all along."""
    seen = Watch()

    def look() -> bool:
        there = set(machines(vcenter))
        seen.most = max(seen.most, len(there))
        seen.names |= there
        return bool(keeper.tells())

    with silences(look, pause=0.5) as heard:
        yield seen
    print(f"at most {seen.most} VMs, the keeper silent for at most {heard.longest:.1f} s")


def bring_to(site: Federation, version: str, workers: int = 1, vm_class: str = USUAL, **more: str) -> Finished:
    wanted = {"cluster_version": version, "cluster_workers": {"replicas": workers, "vm_class": vm_class}}
    return provision(site, "-e", json.dumps(wanted | more))


def versions(client: Client) -> dict[str, str]:
    return {node["metadata"]["name"]: node["status"]["nodeInfo"]["kubeletVersion"] for node in client.list("Node")}


def test_a_cluster_of_the_older_release_runs_it_throughout(cluster: Client, vcenter: Any) -> None:
    found = versions(cluster)
    assert set(found) == set(machines(vcenter))
    assert {version.rpartition(".")[0] for version in [*found.values(), cluster.version()]} == {OLDER}


@pytest.fixture
def later(site: Federation, supervisor: Client) -> Iterator[str]:
    """A release that is two minor versions above the cluster's, with an image for its nodes."""
    made = [
        risen(item) for kind in ("OSImage", "TanzuKubernetesRelease") for item in supervisor.list(kind) if NEWER in item["metadata"]["name"]
    ]
    supervisor.apply([{key: item[key] for key in ("apiVersion", "kind", "metadata", "spec")} for item in made])
    name, status = made[-1]["metadata"]["name"], json.dumps({"status": made[-1]["status"]})
    patch = ("patch", "tanzukubernetesreleases", name, "--subresource=status", "--type=merge", "--patch", status)
    site.lab.fedfleet("lab", "kubectl", "--", *patch).expect()
    yield "v1.35"
    for item in made:
        supervisor.delete(item["kind"], item["metadata"]["name"])


def risen(item: dict[str, Any]) -> dict[str, Any]:
    """An object of the newer release as one of the release after it."""
    metadata = {key: item["metadata"][key] for key in ("name", "labels") if key in item["metadata"]}
    found: dict[str, Any] = json.loads(re.sub(r"v1\.34\.\d+", "v1.35.0", json.dumps(item | {"metadata": metadata})))
    return found


def test_a_version_that_passes_over_a_minor_one_is_refused_before_anything_is_touched(
    site: Federation, cluster: Client, later: str
) -> None:
    before = versions(cluster)
    said = bring_to(site, later).expect(2).output
    assert "more than one minor version above v1.33" in " ".join(said.split()), said
    assert versions(cluster) == before


@pytest.mark.parametrize(("version", "said"), [("v1.32.1", "cannot be decreased"), ("v1.35.0", "cannot be increased")])
@pytest.mark.usefixtures("site")
def test_the_supervisor_refuses_what_cluster_api_refuses(supervisor: Client, version: str, said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        supervisor.patch("Cluster", NAME, NAMESPACE, {"spec": {"topology": {"version": version}}})


def test_an_upgrade_replaces_every_node_and_keeps_what_runs(
    site: Federation, cluster: Client, vcenter: Any, keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, told = set(machines(vcenter)), tmp_path / "progress"
    monkeypatch.setenv(progress.ENVIRONMENT, str(told))
    with watched(vcenter, keeper) as seen:
        bring_to(site, NEWER).expect()
    found = versions(cluster)
    assert {version.rpartition(".")[0] for version in [*found.values(), cluster.version()]} == {NEWER}
    assert set(found) == set(machines(vcenter)) == ready(cluster)
    assert not set(found) & before
    # One control plane and one worker, one more of each kind at a time.
    assert seen.most <= len(before) + 1
    assert re.search(r"KubeadmControlPlane upgrading to version v1\.34", told.read_text())
    eventually(lambda: keeper.tells() == keeper.word, "the keeper still knows its word", seconds=120)


def test_an_upgraded_cluster_is_left_alone(site: Federation) -> None:
    assert "changed=0" in bring_to(site, NEWER).expect().output


def test_scaling_up_adds_a_worker_and_touches_no_other(site: Federation, cluster: Client, keeper: Keeper) -> None:
    before = ready(cluster)
    bring_to(site, NEWER, workers=2).expect()
    assert before < ready(cluster)
    assert len(ready(cluster)) == len(before) + 1
    assert keeper.tells() == keeper.word


def test_another_vm_class_replaces_the_workers_one_after_the_other(site: Federation, cluster: Client, vcenter: Any, keeper: Keeper) -> None:
    before = {name: vm.config.hardware.numCPU for name, vm in machines(vcenter).items()}
    with watched(vcenter, keeper) as seen:
        bring_to(site, NEWER, workers=2, vm_class=OTHER).expect()
    after = {name: vm.config.hardware.numCPU for name, vm in machines(vcenter).items()}
    kept = set(before) & set(after)
    assert len(after) == len(before) == len(ready(cluster))
    assert [name for name in kept if "workers" in name] == []
    assert len(kept) == 1
    assert {cpus for name, cpus in after.items() if "workers" in name} == {4}
    assert seen.most <= len(before) + 1
    # Two workers of before, two of now, and the control plane: no name came back.
    assert len(seen.names) == len(before) + 2
    eventually(lambda: keeper.tells() == keeper.word, "the keeper still knows its word", seconds=120)


def test_scaling_down_moves_what_ran_there(site: Federation, cluster: Client, vcenter: Any, keeper: Keeper) -> None:
    before = ready(cluster)
    bring_to(site, NEWER, workers=1, vm_class=OTHER).expect()
    after = ready(cluster)
    assert after < before
    assert len(after) == len(before) - 1
    assert set(machines(vcenter)) == after
    eventually(lambda: keeper.tells() == keeper.word, "the keeper still knows its word", seconds=120)


def test_a_run_ends_once_a_tanzukubernetesclusters_nodes_are_of_their_new_class(site: Federation, cluster: Client, vcenter: Any) -> None:
    """Its conditions say at first what they said before of the class that it no longer is to have."""
    del cluster
    names: dict[str, Any] = {"cluster_provider": "tkc", "cluster_name": "fl-exchange-t", "cluster_kubeconfig": str(site.inventory / "tkc")}
    bring_to(site, NEWER, **names).expect()
    assert cpus(vcenter, "fl-exchange-t-workers-") == {8}
    bring_to(site, NEWER, vm_class=OTHER, **names).expect()
    assert cpus(vcenter, "fl-exchange-t-workers-") == {4}


def cpus(vcenter: Any, start: str) -> set[int]:
    return {vm.config.hardware.numCPU for name, vm in machines(vcenter).items() if name.startswith(start)}
