"""A party's Spark: whether its master has the workers that it is to hand out.

Asked is the master's web page for programs (Spark 3.5, JsonProtocol.writeMasterState). A worker's pod is ready by what the master said at its last probe.
"""

from __future__ import annotations

from typing import Final

from fedfleet.drills.probes import page_of, pods_of, replicas_of, workloads_of
from fedfleet.drills.scene import Found, Scene

_WORKER: Final = "spark-worker"
_WEB_PORT: Final = 8080
_PAGE: Final = "/json/"


def workers_known(scene: Scene) -> Found:
    """The master hands out as many of the pods that are workers now as there should be; those of before it may know as well."""
    client, namespace = scene.client(), scene.site.namespace
    wanted = replicas_of(workloads_of(client, namespace), _WORKER)
    alive = {worker["host"] for worker in page_of(scene, "spark-master", _WEB_PORT, _PAGE)["workers"] if worker["state"] == "ALIVE"}
    pods = [pod for pod in pods_of(client, namespace, _WORKER) if not pod["metadata"].get("deletionTimestamp")]
    known = sum((pod.get("status") or {}).get("podIP") in alive for pod in pods)
    return Found(0 < wanted <= known, f"{known} of {wanted} workers known to the master")
