"""Role cluster from a login to vCenter to a cluster: what goes wrong ends in a sentence, and the next run comes to what was wanted."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pyVmomi import vim

from fedfleet_lab.vcenter.accounts import site_account
from support.role_site import Site, running_site
from support.soap import named, result, soap
from support.vcenter import ACCOUNTS, INVENTORY

# Up to four runs a test, each of some dozen modules.
pytestmark = pytest.mark.timeout(900)

# Of a site that brings nothing of its own into vCenter.
ACCOUNT = site_account("30000", "right-Site-1")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("role"), "127.91.0", (*ACCOUNTS, ACCOUNT)) as running:
        yield running


@pytest.fixture(autouse=True)
def _without_faults(site: Site) -> Iterator[None]:
    site.vcenter.plan()
    site.apis.trouble = ""
    yield
    site.vcenter.plan()


INSTANCES = "/namespaces/instances/v2$"
# Of a site that brings its own policy.
OWN_POLICY: dict[str, Any] = {"cluster_storage_policy": "fl-own", "cluster_storage_policy_datastores": ["north-fast"]}
# By name: what goes wrong, what the inventory says differently meanwhile, and what is said then.
FAULTS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], tuple[str, ...]]] = {
    "busy": (
        [{"path_regex": INSTANCES, "status": 503, "message": "Service is starting"}],
        {},
        ("SERVICE_UNAVAILABLE (503)", "Service is starting", "Wait until vCenter's services are up, then run again"),
    ),
    "half-made": (
        [{"namespace": "fl-half-made", "config_status": "ERROR", "message": "no addresses left"}],
        {},
        ("namespace fl-half-made is running", "no addresses left", "Put right what the messages name"),
    ),
    "used-up": (
        [{"path_regex": INSTANCES, "status": 400, "error_type": "UNABLE_TO_ALLOCATE_RESOURCE", "message": "No more namespaces"}],
        {},
        ("UNABLE_TO_ALLOCATE_RESOURCE (400)", "No more namespaces", "ask the vSphere administrator for more"),
    ),
    "no-policy": (
        [],
        {"cluster_storage_policy": "Platinum"},
        ("no storage policy Platinum", "vSAN Default Storage Policy", "Create the policy"),
    ),
    "wrong-authority": (
        [],
        {"cluster_vcenter_ca_file": "ca.pem"},
        ("certificate cannot be trusted", "ca_file"),
    ),
    "wrong-password": (
        [],
        {"cluster_vcenter_password": "guessed"},
        ("does not let administrator@vsphere.local in", "Check user name and password"),
    ),
    "login-closed": (
        [{"path_regex": "^/wcp/login$", "status": 503, "message": "login is being upgraded"}],
        {},
        ("SERVICE_UNAVAILABLE (503)", "login is being upgraded"),
    ),
    "no-session": (
        [{"path_regex": INSTANCES, "status": 401, "message": "the session service restarts"}],
        {},
        ("UNAUTHENTICATED (401)", "the session service restarts"),
    ),
}
# Of a site that brings its own policy: what goes wrong while it is made, and what is said then.
POLICY_FAULTS: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {
    "create": ([{"task": "PbmCreate", "fault": "InvalidArgument"}], ("make storage policy fl-own", "InvalidArgument")),
    "attach": (
        [{"path_regex": "/tag-association/", "status": 403, "error_type": "UNAUTHORIZED", "message": "no right to assign tags"}],
        ("UNAUTHORIZED (403)", "no right to assign tags"),
    ),
}


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS)
def test_what_goes_wrong_is_said_and_the_next_run_comes_to_what_was_wanted(site: Site, fault: str) -> None:
    planned, changed, expected = FAULTS[fault]
    names: dict[str, Any] = {"cluster_vsphere_namespace": f"fl-{fault}"}
    site.vcenter.plan(*planned)
    said = " ".join(site.play("provision", **names | changed).expect(2).output.split())
    assert [text for text in expected if text not in said] == []
    site.vcenter.plan()
    assert "failed=0" in site.play("provision", **names).expect().output


@pytest.mark.nightly
@pytest.mark.parametrize("fault", POLICY_FAULTS)
def test_a_policy_that_could_not_be_made_is_made_by_the_next_run(site: Site, fault: str) -> None:
    planned, expected = POLICY_FAULTS[fault]
    own = OWN_POLICY | {"cluster_storage_policy": f"fl-own-{fault}", "cluster_vsphere_namespace": f"fl-policy-{fault}"}
    site.vcenter.plan(*planned)
    said = " ".join(site.play("provision", **own).expect(2).output.split())
    assert [text for text in expected if text not in said] == []
    site.vcenter.plan({"task": "PbmCreate", "times": 1, "delay_ms": 1500})
    site.play("provision", **own).expect()
    assert "changed=0" in site.play("provision", **own).expect().output


@pytest.mark.nightly
def test_a_policy_whose_datastores_lost_their_tag_is_told_and_the_next_run_puts_it_back(site: Site) -> None:
    own = OWN_POLICY | {"cluster_vsphere_namespace": "fl-untagged"}
    site.play("provision", **own).expect()
    for tag in site.vcenter.get("/cis/tagging/tag"):
        association = f"/cis/tagging/tag-association/{tag}"
        for one in site.vcenter.do("POST", f"{association}?action=list-attached-objects"):
            site.vcenter.do("POST", f"{association}?action=detach", {"object_id": one})
    said = " ".join(site.play("preflight", made=False, **own | {"cluster_storage_policy_datastores": []}).expect(2).output.split())
    assert "lacks: storage policy without a datastore" in said
    assert "changed=0" not in site.play("provision", **own).expect().output
    assert "changed=0" in site.play("provision", **own).expect().output


@pytest.mark.nightly
def test_a_policy_whose_datastores_cannot_be_asked_for_is_told_and_asked_again(site: Site) -> None:
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-unasked"}
    site.vcenter.plan({"path_regex": "/storage/policies/[^/]+$", "status": 500, "message": "the profile service sleeps"})
    said = " ".join(site.play("preflight", made=False, **names).expect(2).output.split())
    assert "lacks: storage policy" in said
    assert {"profile", "service", "sleeps"} <= set(said.replace("(", " ").split())
    site.vcenter.plan()
    site.play("provision", **names).expect()


@pytest.mark.nightly
def test_a_host_in_maintenance_is_named_where_its_memory_is_short_and_not_missed_after(site: Site) -> None:
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-maintained"}
    host = INVENTORY.hosts[0].name
    with soap(site.vcenter) as instance:
        esx = named(instance, vim.HostSystem, host)
        result(esx.EnterMaintenanceMode_Task(timeout=0))
        try:
            said = " ".join(site.play("preflight", made=False, **names).expect(2).output.split())
        finally:
            result(esx.ExitMaintenanceMode_Task(timeout=0))
    assert "lacks: memory of the vSphere cluster" in said
    # Words of a table's cell are apart where it wraps.
    assert {host, "maintenance"} <= set(said.split())
    site.play("provision", **names).expect()


@pytest.mark.nightly
def test_what_nodes_need_where_they_live_reaches_the_cluster(site: Site) -> None:
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-needs"}
    needs: dict[str, Any] = {
        "cluster_nodes_proxy": {"http": "http://web.example:3128", "https": "http://web.example:3129", "no_proxy": [".hospital.example"]},
        "cluster_nodes_trusted_cas": {"registry": "-----BEGIN CERTIFICATE-----"},
        "cluster_nodes_os": "photon",
        "cluster_class": "builtin-generic-v3.6.0",
        "cluster_storage_classes": ["silver"],
    }
    site.play("provision", **names, **needs).expect()
    topology = site.apis.supervisor.objects["clusters", "fl-needs", "fl-needs-a"]["spec"]["topology"]
    variables = {one["name"]: one["value"] for one in topology["variables"]}
    assert variables["osConfiguration"] == {
        "systemProxy": {"http": "http://web.example:3128", "https": "http://web.example:3129", "noProxy": [".hospital.example"]},
        "trust": {"additionalTrustedCAs": [{"caCert": {"content": "-----BEGIN CERTIFICATE-----"}}]},
    }
    assert variables["vsphereOptions"]["persistentVolumes"]["availableStorageClasses"] == ["silver", "vsan-default-storage-policy"]
    assert "os-name=photon" in json.dumps(topology["controlPlane"]["metadata"])
    assert topology["classRef"]["name"] == "builtin-generic-v3.6.0"
    assert "changed=0" in site.play("provision", **names, **needs).expect().output
    larger: dict[str, Any] = {"cluster_images_gib": 64}
    said = " ".join(site.play("provision", **names, **needs, **larger).expect(2).output.split())
    assert "volumes of pool workers would change" in said
    site.play("provision", **names, **needs, **larger, cluster_replace_volumes=True).expect()


def test_a_run_goes_on_through_what_passes_and_a_second_one_changes_nothing(site: Site) -> None:
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-passing"}
    site.vcenter.plan(
        {"path_regex": "/supervisors/summaries$", "times": 1, "status": 401},
        {"path_regex": INSTANCES, "times": 1, "status": 401},
        {"path_regex": INSTANCES, "times": 2, "status": 503},
        {"path_regex": "/storage/policies$", "times": 1, "delay_ms": 1000},
        {"path_regex": "^/wcp/login$", "times": 1, "status": 503},
    )
    site.play("provision", **names).expect()
    site.vcenter.plan()
    assert "changed=0" in site.play("provision", **names).expect().output


@pytest.mark.nightly
def test_a_kubeconfig_that_was_kept_in_memory_is_fetched_again_and_nothing_changes(site: Site) -> None:
    # Reserves half of the memory that there is, so that there is no room for a second one.
    workers = {"replicas": 1, "vm_class": "guaranteed-2xlarge"}
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-in-memory", "cluster_workers": workers}
    site.play("provision", **names).expect()
    kept = site.kubeconfig("fl-in-memory")
    written = kept.read_text()
    for playbook, held in (("preflight", []), ("provision", ["ok", "ok"])):
        kept.unlink()
        output = site.play(playbook, **names).expect().output
        assert playbook == "preflight" or "changed=0" in output
        assert re.findall(r"nobody else is at work on this site\] \*+\n(\w+)", output) == held
        assert "memory of the vSphere cluster" not in output
        assert (kept.read_text(), kept.stat().st_mode & 0o777) == (written, 0o600)


@pytest.mark.nightly
def test_a_cluster_keeps_running_whose_release_was_withdrawn(site: Site) -> None:
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-withdrawn"}
    site.play("provision", **names).expect()
    images = {place: found for place, found in site.apis.supervisor.objects.items() if place[0] == "osimages"}
    for place in images:
        del site.apis.supervisor.objects[place]
    try:
        site.play("preflight", **names).expect()
    finally:
        site.apis.supervisor.objects.update(images)


@pytest.mark.nightly
def test_a_name_that_a_cluster_had_is_refused_with_the_next_one(site: Site) -> None:
    """By the Supervisor's own record, where no other is kept."""
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-reused", "cluster_names_file": ""}
    site.play("provision", **names).expect()
    site.apis.forget("fl-reused-a")
    said = " ".join(site.play("preflight", **names).expect(2).output.split())
    assert "A cluster was called fl-reused-a before" in said
    assert "such as fl-reused-b (cluster_name)" in said


@pytest.mark.nightly
def test_what_the_supervisor_says_of_machines_that_do_not_come_is_told(site: Site) -> None:
    quota = "exceeded quota: fl-quota-storagequota, requested: 64Gi, used: 32Gi, limited: 64Gi"
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-quota"}
    site.apis.trouble = quota
    said = " ".join(site.play("provision", **names, cluster_timeout=3).expect(2).output.split())
    assert quota in said
    assert "machine fl-quota-a-0 is Provisioning" in said
    site.apis.trouble = ""
    site.apis.recover("fl-quota-a")
    site.play("provision", **names).expect()


def test_what_another_federation_made_is_not_touched(site: Site) -> None:
    theirs: dict[str, Any] = {"cluster_vsphere_namespace": "fl-theirs"}
    site.play("provision", **theirs, federation_name="banks").expect()
    before = site.vcenter.get("/vcenter/namespaces/instances/fl-theirs")
    said = " ".join(site.play("provision", **theirs, cluster_storage_limit_mib=1).expect(2).output.split())
    assert "Made by FedFleet for federation banks" in said
    assert "Choose another name" in said
    assert site.vcenter.get("/vcenter/namespaces/instances/fl-theirs") == before
    site.play("provision", cluster_vsphere_namespace="fl-ours").expect()
    assert "changed=0" in site.play("provision", cluster_vsphere_namespace="fl-ours").expect().output
    assert site.vcenter.get("/vcenter/namespaces/instances/fl-theirs") == before


def test_the_privileges_of_the_guide_are_enough_and_open_nothing_of_another_site(site: Site) -> None:
    account: dict[str, Any] = {
        "cluster_vcenter_username": ACCOUNT.user,
        "cluster_vcenter_password": ACCOUNT.password,
        "cluster_vsphere_access": [{"subject": ACCOUNT.name, "domain": ACCOUNT.domain, "role": "EDIT"}],
    }
    own = account | {"cluster_vsphere_namespace": "fl-30000"}
    site.play("provision", **own).expect()
    assert "changed=0" in site.play("provision", **own).expect().output
    site.play("provision", cluster_vsphere_namespace="fl-another").expect()
    before = site.vcenter.get("/vcenter/namespaces/instances/fl-another")
    said = " ".join(site.play("provision", **account, cluster_vsphere_namespace="fl-another").expect(2).output.split())
    assert "Somebody has a vSphere Namespace fl-another, and this account may not see it" in said
    assert f"{ACCOUNT.user} has no permission on the namespace" in said
    assert site.vcenter.get("/vcenter/namespaces/instances/fl-another") == before


def test_preflight_says_all_that_is_missing_in_numbers_and_makes_nothing(site: Site) -> None:
    greedy = {"replicas": 30, "vm_class": "best-effort-2xlarge"}
    names: dict[str, Any] = {"cluster_vsphere_namespace": "fl-greedy", "cluster_version": "v1.99"}
    ended = site.play("preflight", **names, cluster_workers=greedy, cluster_storage_policy="Platinum").expect(2)
    said = " ".join(ended.output.split())
    assert (
        "Preflight found 3 things that site exchange lacks: Kubernetes release v1.99; memory of the vSphere cluster; storage policy" in said
    )
    assert "1924 GiB for 1" in said.replace("| ", "")
    assert "1796" in said
    assert site.vcenter.call("GET", "/vcenter/namespaces/instances/fl-greedy").status_code == 404
