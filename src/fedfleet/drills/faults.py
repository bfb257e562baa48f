"""What drills do to a site, and how it is undone. Whatever outlives its moment names the function that undoes it, which may be called at any time.

Drill files name these functions; their arguments beside the scene are the file's `arguments`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from fedfleet.drills.probes import is_ready, pods_of
from fedfleet.drills.scene import Scene
from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube import Client, KubeObject

_POLICIES: Final = "networking.k8s.io/v1"
# What a party's network policies let through to and from the outside (roles/fate/templates/policies.yml.j2). All else is denied by default.
_WAYS: Final = ("to-the-exchange-coordination", "to-the-exchange-broker", "from-outside-to-nginx", "from-outside-to-pulsar")
CUT_LABEL: Final = "fedfleet.dev/cut-by-drill"
_SEEN_SECONDS: Final = 30.0
_PAUSE: Final = 0.2


class NoFaultError(FedFleetError):
    """A fault could not be done: there is nothing to do it to, or it had no effect."""


def delete_pods(scene: Scene, component: str, most: int = 0, grace_seconds: int = 0) -> dict[str, object]:
    """Delete the pods of a component, all or at most so many; without grace as when their node is given up.

    Returns when the API no longer counts them as Ready.

    Raises:
        NoFaultError: none was Ready.
    """
    client, namespace = scene.client(), scene.site.namespace
    victims = ready_pods(client, namespace, component)[: most or None]
    for pod in victims:
        scene.pause(0)
        _delete(client, pod, grace_seconds)
    deadline = time.monotonic() + grace_seconds + _SEEN_SECONDS
    gone = {pod["metadata"]["uid"] for pod in victims}
    while any(pod["metadata"]["uid"] in gone and is_ready(pod) for pod in pods_of(client, namespace, component)):
        if time.monotonic() > deadline:
            raise NoFaultError("Deleted pods are still there", where=f"component {component} in {namespace}")
        scene.pause(_PAUSE)
    return {"pods": [pod["metadata"]["name"] for pod in victims]}


def kill_container(scene: Scene, component: str, most: int = 0) -> dict[str, object]:
    """End the first process of the component's containers from within, all pods' or of at most so many; the kubelet starts them again.

    Returns when the API knows that they have ended.

    Raises:
        NoFaultError: none was Ready, or none ended.
    """
    client, namespace = scene.client(), scene.site.namespace
    victims = ready_pods(client, namespace, component)[: most or None]
    before = {pod["metadata"]["name"]: _container_ids(pod) for pod in victims}
    for pod in victims:
        container = pod["spec"]["containers"][0]["name"]
        # The kernel keeps SIGKILL from a container's first process; SIGTERM it handles.
        client.exec(pod["metadata"]["name"], namespace, ["sh", "-c", "kill -TERM 1"], container=container)
    deadline = time.monotonic() + 2 * _SEEN_SECONDS
    while pending := [name for name, ids in before.items() if _still_runs(client, namespace, name, ids)]:
        if time.monotonic() > deadline:
            raise NoFaultError("A container did not end", found=", ".join(pending), where=f"component {component} in {namespace}")
        scene.pause(_PAUSE)
    return {"pods": list(before)}


def cut_network(scene: Scene, policies: Sequence[str] = _WAYS) -> dict[str, object]:
    """Cut a party off the exchange, both ways: its network policies for the outside no longer select any pod, and the default denies.

    Other ``policies`` cut other ways: `within-the-party` what its pods say to each other, `to-name-servers` their names.

    New connections are dropped at once. Whether connections that stand are dropped is the network plugin's affair: one that keeps them until they end
    (Calico does) leaves a broker's connection alone.

    Raises:
        NoFaultError: the party has no such policies, so that nothing would be cut.
    """
    client, namespace = scene.client(), scene.site.namespace
    there = [name for name in policies if client.get("NetworkPolicy", name, namespace, api_version=_POLICIES)]
    if not there:
        raise NoFaultError("The party has none of the network policies that could be cut", expected=", ".join(policies), where=namespace)
    for name in there:
        scene.pause(0)
        _select(client, namespace, name, "nothing")
    return {"policies": there}


def heal_network(scene: Scene) -> dict[str, object]:
    """Undo ``cut_network``, whether it was done or not."""
    client, namespace = scene.client(), scene.site.namespace
    healed = []
    for policy in client.list("NetworkPolicy", namespace, api_version=_POLICIES):
        if CUT_LABEL in (policy["spec"].get("podSelector", {}).get("matchLabels") or {}):
            _select(client, namespace, policy["metadata"]["name"], None)
            healed.append(policy["metadata"]["name"])
    return {"policies": healed}


def _select(client: Client, namespace: str, policy: str, label: str | None) -> None:
    """Have a policy ask for a label that no pod has, or no longer."""
    change = {"spec": {"podSelector": {"matchLabels": {CUT_LABEL: label}}}}
    client.patch("NetworkPolicy", policy, namespace, change, api_version=_POLICIES)


def ready_pods(client: Client, namespace: str, component: str) -> list[KubeObject]:
    """The pods of a component that take part, in the order of their names.

    Raises:
        NoFaultError: there is none.
    """
    found = [pod for pod in pods_of(client, namespace, component) if is_ready(pod)]
    if not found:
        raise NoFaultError("There is no pod to do the fault to", expected="a Ready pod", where=f"component {component} in {namespace}")
    return sorted(found, key=lambda pod: str(pod["metadata"]["name"]))


def _delete(client: Client, pod: KubeObject, grace_seconds: int) -> None:
    client.delete("Pod", pod["metadata"]["name"], pod["metadata"]["namespace"], api_version="v1", grace=grace_seconds)


def _container_ids(pod: KubeObject) -> set[str]:
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    return {str(status.get("containerID")) for status in statuses if "running" in (status.get("state") or {})}


def _still_runs(client: Client, namespace: str, name: str, before: set[str]) -> bool:
    pod = client.get("Pod", name, namespace, api_version="v1")
    return pod is not None and _container_ids(pod) == before
