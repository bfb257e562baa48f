"""What the Kubernetes API says of a site's cluster, storage and pods."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from fedfleet.checks.look import Api, Disk
from fedfleet.kube import ForbiddenError, KubeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fedfleet.checks.look import Place
    from fedfleet.kube import Client, KubeObject

_DF_SECONDS = 15.0
_APPS = "apps/v1"
CLUSTER_WIDE = frozenset({"api", "namespace", "nodes", "classes"})
"""Parts of no namespace."""


def cluster_parts(client: Client, place: Place) -> dict[str, Callable[[], Any]]:
    """The parts that every site has, by their name in a look."""
    namespace = place.namespace
    return {
        "api": lambda: _api(client),
        "namespace": lambda: client.get("Namespace", namespace, api_version="v1"),
        "nodes": lambda: client.list("Node", api_version="v1"),
        "quotas": lambda: client.list("ResourceQuota", namespace, api_version="v1"),
        "classes": lambda: client.list("StorageClass", api_version="storage.k8s.io/v1"),
        "claims": lambda: client.list("PersistentVolumeClaim", namespace, api_version="v1"),
        "disks": lambda: _disks(client, namespace),
        "workloads": lambda: _workloads(client, namespace),
        "pods": lambda: client.list("Pod", namespace, api_version="v1"),
        "services": lambda: client.list("Service", namespace, api_version="v1"),
    }


def _api(client: Client) -> Api:
    started = time.monotonic()
    version = client.version()
    return Api(client.server, version, time.monotonic() - started, client.clock_skew())


def _workloads(client: Client, namespace: str) -> list[KubeObject]:
    return [*client.list("StatefulSet", namespace, api_version=_APPS), *client.list("Deployment", namespace, api_version=_APPS)]


def _disks(client: Client, namespace: str) -> list[Disk]:
    """How full mounted claims are, by ``df`` in the pods; pods that do not run are left out, other checks see them."""
    mounts = list(_mounts(client.list("Pod", namespace, api_version="v1", fields="status.phase=Running")))
    if not mounts:
        return []
    with ThreadPoolExecutor(max_workers=len(mounts)) as pool:
        return [disk for disk in pool.map(lambda mount: _disk(client, namespace, mount), mounts) if disk is not None]


def _mounts(pods: Sequence[KubeObject]) -> Iterator[tuple[str, str, str, str]]:
    """Claim, pod, container and path of each claim, once."""
    told = set()
    for pod in pods:
        if pod["metadata"].get("deletionTimestamp"):
            continue
        claims = {
            volume["name"]: volume["persistentVolumeClaim"]["claimName"]
            for volume in pod["spec"].get("volumes") or []
            if "persistentVolumeClaim" in volume
        }
        running = {
            status["name"]
            for status in (pod.get("status") or {}).get("containerStatuses") or []
            if "running" in (status.get("state") or {})
        }
        for container in pod["spec"]["containers"]:
            for mount in container.get("volumeMounts") or []:
                claim = claims.get(mount["name"])
                if claim and claim not in told and container["name"] in running:
                    told.add(claim)
                    yield claim, pod["metadata"]["name"], container["name"], mount["mountPath"]


def _disk(client: Client, namespace: str, mount: tuple[str, str, str, str]) -> Disk | None:
    claim, pod, container, path = mount
    try:
        done = client.exec(pod, namespace, ["df", "-Pk", path], container=container, timeout=_DF_SECONDS)
    except ForbiddenError:
        raise
    except KubeError:
        # The container is on its way up or down: its pod has checks of its own.
        return None
    return disk_of(claim, pod, done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else None


def disk_of(claim: str, pod: str, said: str) -> Disk | None:
    """What ``df -Pk`` says (POSIX.1-2017): size and used are the second and third columns of the last line, in KiB."""
    columns = said.strip().splitlines()[-1].split() if said.strip() else []
    if len(columns) < 6 or not (columns[1].isdigit() and columns[2].isdigit()):
        return None
    return Disk(claim, pod, int(columns[2]) * 1024, int(columns[1]) * 1024)
