"""What a site's pods run and reserve. Formats: pods, claims and nodes of Kubernetes' core API v1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fedfleet.kube import holds
from fedfleet.kube.quantities import cores_of, gibibytes_of
from fedfleet.report.facts import Image, Size, Sizing, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fedfleet.kube import KubeObject

# registry:5000/path/name:tag@sha256:digest, of which all but the name may be missing.
_REFERENCE = re.compile(r"^(?:.*/)?(?P<name>[^/:@]+)(?::(?P<tag>[^/@]+))?(?:@(?P<digest>[a-z0-9]+:[0-9a-f]+))?$")
_SPELLED = {
    "fate": "FATE",
    "hdfs": "HDFS",
    "mariadb": "MariaDB",
    "notebook": "Notebook",
    "pulsar": "Pulsar",
    "spark": "Spark",
    "trafficserver": "Traffic Server",
}
_ENDED = ("Succeeded", "Failed")


def images_of(pods: Sequence[KubeObject]) -> tuple[Image, ...]:
    """The images of pods that have not ended, by name; one entry for each image that runs under a name."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for pod in _living(pods):
        part = str((pod["metadata"].get("labels") or {}).get("app.kubernetes.io/name") or pod["metadata"]["name"])
        digests = {status["name"]: _digest(str(status.get("imageID", ""))) for status in _statuses(pod)}
        for container in (*(pod["spec"].get("initContainers") or []), *pod["spec"]["containers"]):
            entry = found.setdefault((container["image"], digests.get(container["name"], "")), {})
            entry.setdefault(part, set()).add(pod["metadata"]["name"])
    return tuple(
        Image(reference=reference, digest=digest, parts=tuple(sorted(parts)), pods=len(set().union(*parts.values())))
        for (reference, digest), parts in sorted(found.items())
    )


def capacity_of(nodes: Sequence[KubeObject]) -> Size:
    """What the nodes that are ready and take pods can give away together."""
    allocatable = [node["status"].get("allocatable", {}) for node in nodes if _takes_pods(node)]
    return Size(
        nodes=len(allocatable),
        cores=round(sum(cores_of(str(each.get("cpu", "0"))) for each in allocatable), 2),
        memory_gib=round(sum(gibibytes_of(str(each.get("memory", "0"))) for each in allocatable), 2),
    )


def sizing_of(pods: Sequence[KubeObject], claims: Sequence[KubeObject], profile: str, needed: Size, offered: Size | None) -> Sizing:
    """What the site's pods and claims reserve, beside what its profile asks for and what the cluster's nodes can give."""
    living = list(_living(pods))
    requests = [_requests(pod["spec"]) for pod in living]
    sizes = [gibibytes_of(str(claim["spec"]["resources"]["requests"]["storage"])) for claim in claims]
    return Sizing(
        profile=profile,
        needed=needed,
        offered=offered,
        reserved=Size(cores=round(sum(cores for cores, _ in requests), 2), memory_gib=round(sum(memory for _, memory in requests), 2)),
        pods=len(living),
        volumes=len(sizes),
        volumes_gib=round(sum(sizes), 2),
    )


def versions_of(images: Iterable[Image], nodes: Iterable[KubeObject]) -> tuple[Version, ...]:
    """What the images' tags and the nodes say of themselves; more than one version of a thing is named in full."""
    said: dict[tuple[str, str], set[str]] = {}
    for node in nodes:
        about = node["status"].get("nodeInfo") or {}
        runtime, _, version = str(about.get("containerRuntimeVersion", "")).partition("://")
        for name, of in (("kubelet", str(about.get("kubeletVersion", ""))), (runtime, version)):
            if name and of:
                said.setdefault((name, "node"), set()).add(of)
    for image in images:
        match = _REFERENCE.match(image.reference)
        if match and match["tag"]:
            said.setdefault((_SPELLED.get(match["name"], match["name"]), "image"), set()).add(match["tag"])
    return tuple(Version(name=name, version=", ".join(sorted(of)), source=source) for (name, source), of in said.items())


def _living(pods: Iterable[KubeObject]) -> Iterable[KubeObject]:
    return (pod for pod in pods if (pod.get("status") or {}).get("phase") not in _ENDED)


def _takes_pods(node: KubeObject) -> bool:
    spec = node.get("spec", {})
    if spec.get("unschedulable") or any(taint.get("effect") in ("NoSchedule", "NoExecute") for taint in spec.get("taints") or []):
        return False
    return holds(node, "Ready")


def _statuses(pod: KubeObject) -> list[Mapping[str, Any]]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


def _digest(image_id: str) -> str:
    """What follows the ``@`` of an imageID, or all of it where the runtime gives the bare id of an image it was handed."""
    return image_id.rpartition("@")[2]


def _requests(spec: Mapping[str, Any]) -> tuple[float, float]:
    """Cores and GiB that a pod reserves: its containers together, or the init container that wants the most, if that is more."""
    containers = [_request(container) for container in spec["containers"]]
    together = (sum(cores for cores, _ in containers), sum(memory for _, memory in containers))
    starting = [_request(container) for container in spec.get("initContainers") or []]
    return max([together[0], *(cores for cores, _ in starting)]), max([together[1], *(memory for _, memory in starting)])


def _request(container: Mapping[str, Any]) -> tuple[float, float]:
    wanted = (container.get("resources") or {}).get("requests") or {}
    return cores_of(str(wanted.get("cpu", "0"))), gibibytes_of(str(wanted.get("memory", "0")))
