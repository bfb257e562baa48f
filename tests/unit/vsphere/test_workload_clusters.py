"""A cluster is defined from what the Supervisor offers, changed from what runs, and waited for to its last node."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from fedfleet.kube import ApplyResult, Client, ForbiddenError, ObjectChange, UnreachableError
from fedfleet.vsphere import RefusedChangeError, UnsupportedError, WaitError
from fedfleet.vsphere.workload_clusters import api_of, ensure, find, remove, resolve, shown, wait_available
from fedfleet.vsphere.workload_specs import Pool, Wanted

NEW = "cluster.x-k8s.io/v1beta2"
WANTED = Wanted("fl-a", "ns", "v1.34", "small", "gold", (Pool("np1", 2, "large"),))


def release(version: str) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": "True"}, {"type": "Compatible", "status": "True"}]
    spec = {"version": version, "kubernetes": {"version": version.partition("-vkr")[0]}}
    return {"metadata": {"name": version.replace("+", "---")}, "spec": spec, "status": {"conditions": conditions}}


def class_of(name: str, namespace: str = "vmware-system-vks-public") -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": namespace}}


def node(name: str, version: str = "v1.34.2+vmware.2") -> dict[str, Any]:
    status = {"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"kubeletVersion": version}}
    return {"metadata": {"name": name}, "spec": {}, "status": status}


class Supervisor:
    """A Supervisor's API as far as a cluster is made through it; keeps what is applied."""

    server = "https://10.0.0.8:6443"

    def __init__(self, *kinds: str) -> None:
        self.kinds = {f"{NEW}/Cluster", "KubernetesRelease", *kinds}
        self.objects: dict[tuple[str, str], dict[str, Any]] = {("Namespace", "ns"): {}}
        self.lists: dict[str, list[dict[str, Any]]] = {
            "KubernetesRelease": [release("v1.33.6+vmware.1-vkr.2"), release("v1.34.2+vmware.2-vkr.1"), release("v1.35.0+vmware.1-vkr.1")],
            "ClusterClass": [
                class_of("builtin-generic-v3.4.0"),
                class_of("builtin-generic-v3.6.0"),
                class_of("tanzukubernetescluster", "ns"),
            ],
        }
        self.applied: list[dict[str, Any]] = []

    def serves(self, kind: str, api_version: str | None = None) -> bool:
        return (f"{api_version}/{kind}" if api_version else kind) in self.kinds

    def get(self, kind: str, name: str, namespace: str | None = None, api_version: str | None = None) -> dict[str, Any] | None:
        del namespace, api_version
        return self.objects.get((kind, name))

    def list(self, kind: str, namespace: str | None = None, labels: object = None) -> list[dict[str, Any]]:
        del labels
        known = self.lists.get(kind, [])
        return [one for one in known if namespace in (None, one["metadata"].get("namespace", namespace))]

    def apply(self, objects: Sequence[dict[str, Any]], *, manager: str, dry_run: bool) -> ApplyResult:
        assert manager == "fedfleet"
        changes = []
        for wanted in objects:
            key = (wanted["kind"], wanted["metadata"]["name"])
            before = self.objects.get(key)
            same = before is not None and before["spec"] == wanted.get("spec")
            taken = "unchanged" if same else "updated" if before else "created"
            changes.append(ObjectChange(wanted["kind"], "ns", wanted["metadata"]["name"], cast("Any", taken), before=before, after=wanted))
            if not dry_run:
                self.applied.append(wanted)
                self.objects[key] = wanted
        return ApplyResult(tuple(changes))

    @property
    def client(self) -> Client:
        return cast("Client", self)


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor()


def test_a_version_in_part_is_the_newest_release_of_it(supervisor: Supervisor) -> None:
    full = resolve(supervisor.client, "vks", WANTED)
    assert (full.version, full.release) == ("v1.34.2+vmware.2", "v1.34.2---vmware.2-vkr.1")
    assert (full.cluster_class, full.class_namespace) == ("builtin-generic-v3.6.0", "vmware-system-vks-public")


def test_no_version_is_the_newest_of_all(supervisor: Supervisor) -> None:
    assert resolve(supervisor.client, "vks", replace(WANTED, version="")).version == "v1.35.0+vmware.1"


def test_a_cluster_is_made_once(supervisor: Supervisor) -> None:
    assert ensure(supervisor.client, "vks", WANTED)[1].changed
    again = ensure(supervisor.client, "vks", WANTED)[1]
    assert not again.changed
    assert [one["spec"]["topology"]["version"] for one in supervisor.applied] == ["v1.34.2+vmware.2"] * 2


def test_newer_releases_and_classes_do_not_move_a_cluster_that_runs(supervisor: Supervisor) -> None:
    ensure(supervisor.client, "vks", WANTED)
    supervisor.lists["KubernetesRelease"].append(release("v1.34.9+vmware.1-vkr.1"))
    supervisor.lists["ClusterClass"].append(class_of("builtin-generic-v3.7.0"))
    for wanted in (WANTED, replace(WANTED, version="")):
        full, outcome = ensure(supervisor.client, "vks", wanted)
        assert (full.version, full.cluster_class, outcome.changed) == ("v1.34.2+vmware.2", "builtin-generic-v3.6.0", False)


def test_the_next_minor_version_is_an_upgrade(supervisor: Supervisor) -> None:
    ensure(supervisor.client, "vks", WANTED)
    full, outcome = ensure(supervisor.client, "vks", replace(WANTED, version="v1.35"))
    assert (full.version, outcome.changed) == ("v1.35.0+vmware.1", True)
    assert "v1.35.0+vmware.1" in outcome.diff


def test_what_is_refused_is_not_sent(supervisor: Supervisor) -> None:
    ensure(supervisor.client, "vks", WANTED)
    with pytest.raises(RefusedChangeError):
        ensure(supervisor.client, "vks", replace(WANTED, storage_class="other"))
    assert len(supervisor.applied) == 1


def test_a_cluster_says_for_whom_it_was_made_and_goes_only_for_them(supervisor: Supervisor) -> None:
    ours = replace(WANTED, owner="clinics")
    ensure(cast(Client, supervisor), "vks", ours)
    _, again = ensure(cast(Client, supervisor), "vks", ours)
    assert (again.changed, shown(again.after)["owner"]) == (False, "clinics")
    with pytest.raises(RefusedChangeError, match=r"made for somebody else.*banks.*fedfleet\.dev/owner clinics"):
        ensure(cast(Client, supervisor), "vks", replace(WANTED, owner="banks"))
    left = remove(cast(Client, supervisor), "vks", "ns", "fl-a", timeout=1, owner="banks")
    assert (left.changed, left.after is not None) == (False, True)


def test_a_cluster_that_was_there_before_gets_no_owner(supervisor: Supervisor) -> None:
    ensure(cast(Client, supervisor), "vks", WANTED)
    _, outcome = ensure(cast(Client, supervisor), "vks", replace(WANTED, owner="clinics"))
    assert (outcome.changed, shown(outcome.after)["owner"]) == (False, "")
    assert not remove(cast(Client, supervisor), "vks", "ns", "fl-a", timeout=1, owner="clinics").changed


def test_a_plan_applies_nothing(supervisor: Supervisor) -> None:
    assert ensure(supervisor.client, "vks", WANTED, dry_run=True)[1].changed
    assert supervisor.applied == []


@pytest.mark.parametrize("forbidden", [False, True])
def test_a_plan_without_its_namespace_is_one_too(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, forbidden: bool) -> None:
    del supervisor.objects[("Namespace", "ns")]
    found = supervisor.get

    def get(kind: str, *place: Any, **more: Any) -> dict[str, Any] | None:
        if forbidden and kind == "Namespace":
            raise ForbiddenError("no", status=403)
        return found(kind, *place, **more)

    monkeypatch.setattr(supervisor, "get", get)
    outcome = ensure(supervisor.client, "vks", WANTED, dry_run=True)[1]
    assert outcome.changed
    assert shown(outcome.after)["pools"] == {"np1": {"replicas": 2, "vm_class": "large", "volumes": []}}


def test_a_supervisor_that_makes_no_such_clusters_is_told(supervisor: Supervisor) -> None:
    with pytest.raises(UnsupportedError, match="tkc"):
        find(supervisor.client, "tkc", "ns", "fl-a")


def test_the_newest_api_is_used() -> None:
    kinds = [f"run.tanzu.vmware.com/{version}/TanzuKubernetesCluster" for version in ("v1alpha1", "v1alpha2")]
    old = Supervisor(*kinds)
    assert api_of(old.client, "tkc") == ("TanzuKubernetesCluster", "run.tanzu.vmware.com/v1alpha2")
    with pytest.raises(UnsupportedError, match=r"v1alpha3 or run\.tanzu\.vmware\.com/v1alpha2"):
        api_of(Supervisor(kinds[0]).client, "tkc")
    full, outcome = ensure(old.client, "tkc", WANTED)
    assert full.release == "v1.34.2---vmware.2-vkr.1"
    assert shown(outcome.after)["version"] == "v1.34.2+vmware.2-vkr.1"
    assert not ensure(old.client, "tkc", WANTED)[1].changed


class Guest:
    """A cluster's own API: first nobody answers, then its nodes come one after the other."""

    def __init__(self) -> None:
        self.asked = 0

    @contextmanager
    def opened(self, text: str, source: str) -> Iterator["Guest"]:
        assert (text, source) == ("its kubeconfig", "Secret ns/fl-a-kubeconfig")
        self.asked += 1
        if self.asked == 1:
            raise UnreachableError("nobody answers")
        yield self

    def list(self, kind: str) -> list[dict[str, Any]]:
        assert kind == "Node"
        return [node(f"n{number}") for number in range(self.asked)]


def available(supervisor: Supervisor, *, seen: int) -> None:
    """Have the Supervisor say that the cluster is available."""
    cluster = supervisor.objects[("Cluster", "fl-a")]
    cluster["metadata"]["generation"] = 1
    cluster["status"] = {"conditions": [{"type": "Available", "status": "True", "observedGeneration": seen}]}
    value = base64.b64encode(b"its kubeconfig").decode()
    supervisor.objects[("Secret", "fl-a-kubeconfig")] = {"data": {"value": value}}


def test_it_is_waited_for_until_every_node_is_there(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    full = ensure(supervisor.client, "vks", WANTED)[0]
    available(supervisor, seen=1)
    guest, lines = Guest(), list[str]()
    monkeypatch.setattr(Client, "with_kubeconfig", guest.opened)
    assert wait_available(supervisor.client, "vks", full, 60, lines.append) == "its kubeconfig"
    assert (guest.asked, full.nodes) == (3, 3)
    assert lines[0].endswith("nobody answers")
    assert lines[1].endswith("2 of 3 nodes ready")


def test_available_of_an_older_definition_is_not_waited_to_the_end(supervisor: Supervisor) -> None:
    full = ensure(supervisor.client, "vks", WANTED)[0]
    available(supervisor, seen=0)
    with pytest.raises(WaitError, match="older definition"):
        wait_available(supervisor.client, "vks", full, 0)


def test_a_cluster_that_is_gone_is_not_waited_for(supervisor: Supervisor) -> None:
    with pytest.raises(WaitError) as caught:
        wait_available(supervisor.client, "vks", replace(WANTED, version="v1.34.2"), 3600)
    assert caught.value.hopeless


def test_another_vm_class_is_waited_for_where_conditions_say_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a TanzuKubernetesCluster, Ready stays True of the definition before, with as many nodes of the same version."""
    kind, version = "TanzuKubernetesCluster", "run.tanzu.vmware.com/v1alpha3"
    old = Supervisor(f"{version}/{kind}", "VirtualMachine")
    full = ensure(old.client, "tkc", WANTED)[0]
    old.objects[(kind, "fl-a")]["status"] = {"conditions": [{"type": "Ready", "status": "True"}], "phase": "running"}
    old.objects[("Secret", "fl-a-kubeconfig")] = {"data": {"value": base64.b64encode(b"its kubeconfig").decode()}}
    classes = {"n0": "small", "n1": "large", "n2": "medium"}
    old.lists["VirtualMachine"] = [{"metadata": {"name": name}, "spec": {"className": found}} for name, found in classes.items()]
    guest = Guest()
    guest.asked = 2
    monkeypatch.setattr(Client, "with_kubeconfig", guest.opened)
    with pytest.raises(WaitError, match="1 of 2 nodes are of VM class large"):
        wait_available(old.client, "tkc", full, 0)
    old.lists["VirtualMachine"][2]["spec"]["className"] = "large"
    guest.asked = 2
    assert wait_available(old.client, "tkc", full, 0) == "its kubeconfig"
