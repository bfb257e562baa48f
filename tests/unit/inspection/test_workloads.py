"""What pods, claims and nodes say of a site."""

from typing import Any

from fedfleet.inspection.workloads import capacity_of, images_of, sizing_of, versions_of
from fedfleet.report.facts import Image, Size

FATE, NGINX = "registry.lab:5000/fedfleet/fate:2.2.0", "registry.lab:5000/fedfleet/nginx:1.22"
NEEDED = Size(nodes=1, cores=1, memory_gib=2)


def pod(name: str, part: str, image: str, image_id: str, phase: str = "Running", **spec: Any) -> dict[str, Any]:
    container = {"name": part, "image": image, "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}}}
    return {
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": part}},
        "spec": {"containers": [container], **spec},
        "status": {"phase": phase, "containerStatuses": [{"name": part, "imageID": image_id}]},
    }


def test_an_image_is_told_with_its_digest_and_what_runs_it() -> None:
    pods = [pod(f"nginx-{index}", "nginx", NGINX, "registry.lab:5000/fedfleet/nginx@sha256:aa") for index in range(2)]

    assert images_of(pods) == (Image(reference=NGINX, digest="sha256:aa", parts=("nginx",), pods=2),)


def test_the_id_of_an_image_that_was_loaded_is_told_as_it_is() -> None:
    assert images_of([pod("python-0", "python", FATE, "sha256:bb")])[0].digest == "sha256:bb"


def test_two_images_under_one_name_are_two() -> None:
    pods = [pod("nginx-0", "nginx", NGINX, "sha256:aa"), pod("nginx-1", "nginx", NGINX, "sha256:bb")]

    assert [image.digest for image in images_of(pods)] == ["sha256:aa", "sha256:bb"]


def test_a_pod_whose_image_is_still_pulled_has_no_digest() -> None:
    waiting = pod("python-0", "python", FATE, "", phase="Pending")
    del waiting["status"]["containerStatuses"]

    assert images_of([waiting])[0].digest == ""


def test_pods_that_have_ended_run_and_reserve_nothing() -> None:
    ended = [pod("job-1", "job", FATE, "sha256:aa", phase="Succeeded")]

    assert images_of(ended) == ()
    assert sizing_of(ended, [], "lab", NEEDED, None).pods == 0


def test_a_pod_reserves_what_its_largest_init_container_wants_if_that_is_more() -> None:
    starting = {"name": "wait", "image": FATE, "resources": {"requests": {"cpu": "1", "memory": "128Mi"}}}

    sizing = sizing_of([pod("python-0", "python", FATE, "sha256:aa", initContainers=[starting])], [], "lab", NEEDED, None)

    assert sizing.reserved == Size(cores=1, memory_gib=0.5)


def test_sizing_is_told_beside_what_was_asked_for_and_what_is_there() -> None:
    claims = [{"spec": {"resources": {"requests": {"storage": size}}}} for size in ("4Gi", "512Mi")]

    sizing = sizing_of(
        [pod("a", "nginx", NGINX, "sha256:aa")],
        claims,
        "pilot",
        Size(nodes=2, cores=16, memory_gib=32),
        Size(nodes=3, cores=5.7, memory_gib=66.24),
    )

    assert (sizing.needed, sizing.offered) == (Size(nodes=2, cores=16, memory_gib=32), Size(nodes=3, cores=5.7, memory_gib=66.24))
    assert (sizing.volumes, sizing.volumes_gib) == (2, 4.5)
    assert sizing.short() == ("5.7 of 16 cores",)


def test_versions_come_from_tags_and_nodes() -> None:
    images = [Image(reference=reference, digest="", parts=("x",), pods=1) for reference in (FATE, f"{NGINX}@sha256:aa", "localhost/plain")]
    nodes = [
        {"status": {"nodeInfo": {"kubeletVersion": version, "containerRuntimeVersion": "containerd://1.6.20"}}}
        for version in ("v1.34.4", "v1.34.2")
    ]

    told = {(version.name, version.version, version.source) for version in versions_of(images, nodes)}

    assert told == {
        ("FATE", "2.2.0", "image"),
        ("nginx", "1.22", "image"),
        ("kubelet", "v1.34.2, v1.34.4", "node"),
        ("containerd", "1.6.20", "node"),
    }


def node(*, ready: str = "True", **spec: Any) -> dict[str, Any]:
    allocatable = {"cpu": "1900m", "memory": "16Gi"}
    return {"spec": spec, "status": {"allocatable": allocatable, "conditions": [{"type": "Ready", "status": ready}]}}


def test_only_nodes_that_are_ready_and_take_pods_give_something() -> None:
    control_plane = node(taints=[{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}])

    assert capacity_of([node(), node(), node(ready="False"), node(unschedulable=True), control_plane]) == Size(
        nodes=2, cores=3.8, memory_gib=32
    )
