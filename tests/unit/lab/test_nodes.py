"""What a node is told, and when it counts as Ready."""

import base64
import datetime as dt
import json
from pathlib import Path

from fedfleet_lab.config import LabConfig
from fedfleet_lab.node.action import is_ready, node_object
from fedfleet_lab.node.kubernetes import reserved_memory
from fedfleet_lab.node.plan import USUAL_GRACE, BootPlan, Mount, Service
from fedfleet_lab.node.shutdown import grace_of

BOOT = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def kubernetes_node(status: str, heartbeat: str) -> dict[str, object]:
    return {"status": {"conditions": [{"type": "Ready", "status": status, "lastHeartbeatTime": heartbeat}]}}


def test_a_boot_plan_survives_being_written_and_read() -> None:
    plan = BootPlan(
        hostname="node1",
        keeps=("/usr",),
        mounts=(Mount("tmpfs", "/run"),),
        files={"/run/x": "y"},
        services=(Service("containerd", ("containerd", "-c", "x"), {"A": "b"}, "unix:/run/x"),),
        grace="/tmp/grace",
    )
    assert BootPlan.load(plan.dump()) == plan
    assert json.loads(plan.dump())["hostname"] == "node1"


def test_a_node_is_registered_with_the_pod_range_that_routes_lead_to() -> None:
    node = LabConfig.parse("lab", "10.89.0.0/16", 2).node(2)
    assert node_object(node)["spec"] == {"podCIDR": "10.89.130.0/24", "podCIDRs": ["10.89.130.0/24"]}


def test_a_node_is_ready_when_its_kubelet_says_so_after_the_boot() -> None:
    assert is_ready(kubernetes_node("True", "2026-01-01T12:00:05Z"), BOOT)


def test_what_was_said_before_a_power_cut_does_not_count() -> None:
    assert not is_ready(kubernetes_node("True", "2026-01-01T11:59:55Z"), BOOT)


def test_a_node_that_was_on_all_the_time_may_have_said_so_earlier() -> None:
    assert is_ready(kubernetes_node("True", "2026-01-01T11:59:55Z"), None)


def test_a_node_that_is_not_ready_or_not_known_is_waited_for() -> None:
    assert not is_ready(kubernetes_node("False", "2026-01-01T12:00:05Z"), BOOT)
    assert not is_ready({}, BOOT)
    assert not is_ready(None, BOOT)


def test_all_nodes_together_offer_the_memory_of_the_machine() -> None:
    assert sum(24 << 30 for _ in range(3)) - 3 * reserved_memory(24 << 30, 3) == 24 << 30
    assert reserved_memory(24 << 30, 1) == 0


def test_a_container_gets_its_pods_grace_when_the_node_shuts_down() -> None:
    metadata = {"Metadata": {"Config": {"annotations": {"io.kubernetes.pod.terminationGracePeriod": "7"}}}}
    packed = base64.b64encode(json.dumps(metadata).encode()).decode()
    assert grace_of({"Extensions": {"io.cri-containerd.container.metadata": {"value": packed}}}, 30.0) == 7.0
    assert grace_of({"Extensions": {}}, 30.0) == 30.0


def test_a_node_is_told_its_grace_when_it_shuts_down(tmp_path: Path) -> None:
    plan = BootPlan("node1", (), (), {}, (), grace=str(tmp_path / "grace"))
    assert plan.grace_now() == USUAL_GRACE
    (tmp_path / "grace").write_text("3.5")
    assert plan.grace_now() == 3.5
