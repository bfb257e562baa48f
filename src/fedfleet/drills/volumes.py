"""A component's volume: filled to the last block, emptied of that, and asked whether it takes writes.

Filling and emptying are done by a pod of their own on the same node: a program that finds its volume full may end, and start and end again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from fedfleet.drills.faults import NoFaultError, ready_pods
from fedfleet.drills.probes import pods_of
from fedfleet.drills.scene import Found, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube import Client, ExecResult, KubeObject

HELPER: Final = "fedfleet-drill-volume"
_MOUNT: Final = "/volume"
_FILLING: Final = ".fedfleet-drill-fills"
_TRYING: Final = ".fedfleet-drill-tries"
# All that is free at once, where the file system can do that; then until it takes no more, and not a file's block more.
_FILL: Final = f"""
file=$1/{_FILLING}
: > "$file" || exit
fallocate -l "$(($(df -P -k "$1" | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4) * 1024))" "$file" 2>/dev/null
for size in 1048576 4096; do
  while dd if=/dev/zero of="$file" bs=$size count=64 oflag=append conv=notrunc,nocreat,fsync 2>/dev/null; do :; done
done
if head -c 65536 /dev/zero 2>/dev/null > "$1/{_TRYING}"; then full=false; else full=true; fi
rm -f "$1/{_TRYING}"
wc -c < "$file"
$full
"""
_FREE: Final = f'rm -f "$1/{_FILLING}" "$1/{_TRYING}"'
_TRY: Final = f'file=$1/{_TRYING}; head -c 65536 /dev/zero > "$file" && sync "$file"; code=$?; rm -f "$file"; exit $code'
_ENDED: Final = ("Succeeded", "Failed")
_FREE_SECONDS: Final = 150.0
# A pod that was there for its volume to be filled is there again soon, if anybody wants it.
_POD_SECONDS: Final = 30.0
_FILLED: Final = "filled"
_GONE_SECONDS: Final = 60.0
_PAUSE: Final = 0.5


def fill_volume(scene: Scene, component: str, timeout: float = 300) -> dict[str, object]:
    """Fill the volume of a component's first Ready pod by a file in it, until nothing more fits; ``timeout`` in seconds.

    Raises:
        NoFaultError: no pod is Ready, it has no volume, or the volume still takes writes.
    """
    pod = ready_pods(scene.client(), scene.site.namespace, component)[0]
    _, claim, _ = place_of(pod)
    scene.remember(**{_FILLED: {**scene.kept.get(_FILLED, {}), component: claim}})
    said = _run_beside(scene, pod, _FILL, timeout)
    return {"pod": pod["metadata"]["name"], "bytes": int(said.split()[-1])}


def free_volume(scene: Scene, component: str) -> dict[str, object]:
    """Remove what ``fill_volume`` wrote, whether it did or not, from the volume of every pod of the component, whether that runs or not.

    Only on a pod's node can a volume be had: where one was filled, its pod is waited for.

    Raises:
        NoFaultError: the file cannot be removed, or no pod has the volume that was filled.
    """
    pods = _pods_with(scene, component, scene.kept.get(_FILLED, {}).get(component))
    for pod in pods:
        _run_beside(scene, pod, _FREE, _FREE_SECONDS)
    return {"pods": [pod["metadata"]["name"] for pod in pods]}


def volume_takes_writes(scene: Scene, component: str) -> Found:
    """The volume of every pod of a component takes 64 KiB, which are removed again; asked by the pod itself."""
    client, namespace = scene.client(), scene.site.namespace
    pods = pods_of(client, namespace, component)
    tried = [_try(client, pod) for pod in pods]
    return Found(bool(tried) and all(each.holds for each in tried), "; ".join(each.detail for each in tried) or "there is no pod")


def place_of(pod: KubeObject) -> tuple[KubeObject, str, str]:
    """The container that has the pod's first volume of a claim, the claim, and where it has it.

    Raises:
        NoFaultError: the pod has none.
    """
    claimed = {
        volume["name"]: volume["persistentVolumeClaim"] for volume in pod["spec"].get("volumes") or [] if "persistentVolumeClaim" in volume
    }
    for container in pod["spec"]["containers"]:
        for mount in container.get("volumeMounts") or []:
            if mount["name"] in claimed:
                return container, claimed[mount["name"]]["claimName"], mount["mountPath"]
    raise NoFaultError("The pod has no volume of its own", expected="a PersistentVolumeClaim", where=f"pod {pod['metadata']['name']}")


def helper_beside(pod: KubeObject, script: str) -> KubeObject:
    """A pod that runs a script on another's volume, with its image and its rights, on its node: only there can both have the volume."""
    container, claim, _ = place_of(pod)
    spec = pod["spec"]
    runs = {
        "name": "drill",
        "image": container["image"],
        "command": _words(script, _MOUNT),
        "securityContext": container.get("securityContext") or {},
        "volumeMounts": [{"name": "volume", "mountPath": _MOUNT}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": HELPER, "namespace": pod["metadata"]["namespace"], "labels": {"app.kubernetes.io/name": HELPER}},
        "spec": {
            "nodeName": spec["nodeName"],
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 0,
            "imagePullSecrets": spec.get("imagePullSecrets") or [],
            "securityContext": spec.get("securityContext") or {},
            "tolerations": [{"operator": "Exists"}],
            "containers": [runs],
            "volumes": [{"name": "volume", "persistentVolumeClaim": {"claimName": claim}}],
        },
    }


def _pods_with(scene: Scene, component: str, claim: str | None) -> list[KubeObject]:
    """The pods of a component that have a node, once one of them has the volume of a claim; at once where none is named.

    Raises:
        NoFaultError: none has it, after all that waiting.
    """
    client, namespace = scene.client(), scene.site.namespace
    deadline = time.monotonic() + _POD_SECONDS
    while True:
        pods = [pod for pod in pods_of(client, namespace, component) if pod["spec"].get("nodeName")]
        if claim is None or any(place_of(pod)[1] == claim for pod in pods):
            return pods
        if time.monotonic() > deadline:
            raise NoFaultError(
                "A volume that was filled cannot be freed, as no pod has it",
                expected=f"a pod of {component} on a node",
                where=f"claim {claim} in {namespace}",
                next_step="Have its workload make one, then run fedfleet drill rollback",
            )
        scene.pause(_PAUSE)


def _run_beside(scene: Scene, pod: KubeObject, script: str, timeout: float) -> str:
    """Run a script on a pod's volume; what it said.

    Raises:
        NoFaultError: it did not end well, or not in so many seconds.
    """
    client, helper = scene.client(), helper_beside(pod, script)
    namespace = str(helper["metadata"]["namespace"])
    # One that fills, of a drill whose runner is gone, fills no more.
    client.delete("Pod", HELPER, namespace, api_version="v1", grace=0, wait=_GONE_SECONDS)
    client.create(helper)
    try:
        state = _await_end(scene, namespace, timeout)
        said = client.logs(HELPER, namespace) if state in _ENDED else ""
    finally:
        client.delete("Pod", HELPER, namespace, api_version="v1", grace=0)
    if state != "Succeeded":
        raise NoFaultError(
            "What is done to a volume did not end well",
            expected=f"an end within {timeout:.0f} s",
            found=f"{state}: {said.strip()[-300:] or 'no word'}",
            where=f"volume of pod {pod['metadata']['name']} in {namespace}",
        )
    return said


def _await_end(scene: Scene, namespace: str, timeout: float) -> str:
    """The helper's phase when it has ended, or its time is up."""
    deadline = time.monotonic() + timeout
    while True:
        found: dict[str, Any] = scene.client().get("Pod", HELPER, namespace, api_version="v1") or {}
        phase = str((found.get("status") or {}).get("phase") or "gone")
        if phase in _ENDED or time.monotonic() > deadline:
            return phase
        scene.pause(_PAUSE)


def _try(client: Client, pod: KubeObject) -> Found:
    container, _, path = place_of(pod)
    done = client.exec(pod["metadata"]["name"], pod["metadata"]["namespace"], _words(_TRY, path), container=container["name"])
    return Found(done.returncode == 0, _said(done) or f"{path} takes writes")


def _said(done: ExecResult) -> str:
    return " ".join(done.stderr.decode("utf-8", "replace").split())


def _words(script: str, path: str) -> Sequence[str]:
    return ["sh", "-c", script, "sh", path]
