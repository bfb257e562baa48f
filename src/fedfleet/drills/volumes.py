"""A component's volume: filled to the last block, emptied of that, and asked whether it takes writes. All by commands in the component's own pod."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from fedfleet.drills.faults import NoFaultError, pods_of, ready_pods
from fedfleet.drills.scene import Found, Scene
from fedfleet.kube import KubeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube import Client, ExecResult, KubeObject

_FILLING: Final = ".fedfleet-drill-fills"
_TRYING: Final = ".fedfleet-drill-tries"
# All that is free at once, where the file system can do that; then until it takes no more. It ends when somebody removes the file.
_FILL: Final = f"""
file=$1/{_FILLING}
: > "$file" || exit
fallocate -l "$(($(df -P -k "$1" | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4) * 1024))" "$file" 2>/dev/null
for size in 1048576 4096; do
  while dd if=/dev/zero of="$file" bs=$size count=64 oflag=append conv=notrunc,nocreat,fsync 2>/dev/null; do :; done
done
test -e "$file" && wc -c < "$file"
"""
_FREE: Final = f'rm -f "$1/{_FILLING}"'
_TRY: Final = f'file=$1/{_TRYING}; head -c 65536 /dev/zero > "$file" && sync "$file"; code=$?; rm -f "$file"; exit $code'
_RUNNING_SECONDS: Final = 150.0
_PAUSE: Final = 0.5


def fill_volume(scene: Scene, component: str, timeout: float = 300) -> dict[str, object]:
    """Fill the volume of a component's first Ready pod by a file in it, until nothing more fits; ``timeout`` in seconds.

    Raises:
        NoFaultError: no pod is Ready, it has no volume, or the volume still takes writes.
    """
    client, namespace = scene.client(), scene.site.namespace
    pod = ready_pods(client, namespace, component)[0]
    container, path = place_of(pod)
    done = client.exec(pod["metadata"]["name"], namespace, _script(_FILL, path), container=container, timeout=timeout)
    tried = _try(client, pod)
    if done.returncode or tried.holds:
        raise NoFaultError(
            "The volume is not full", found=_said(done) or tried.detail, where=f"{path} of pod {pod['metadata']['name']} in {namespace}"
        )
    return {"pod": pod["metadata"]["name"], "path": path, "bytes": int(done.stdout)}


def free_volume(scene: Scene, component: str) -> dict[str, object]:
    """Remove what ``fill_volume`` wrote, whether it did or not, from every pod of the component; one that does not run now is waited for.

    Raises:
        KubeError: a pod's container never ran long enough. NoFaultError: there is no pod, or the file cannot be removed.
    """
    client, namespace = scene.client(), scene.site.namespace
    deadline = time.monotonic() + _RUNNING_SECONDS
    while True:
        try:
            return {"pods": [_free(client, pod) for pod in pods_of(client, namespace, component)]}
        except KubeError:
            # A program that finds its volume full may end again and again.
            if time.monotonic() > deadline:
                raise
        scene.pause(_PAUSE)


def volume_takes_writes(scene: Scene, component: str) -> Found:
    """The volume of every pod of a component takes 64 KiB, which are removed again."""
    pods = pods_of(scene.client(), scene.site.namespace, component)
    tried = [_try(scene.client(), pod) for pod in pods]
    return Found(bool(tried) and all(each.holds for each in tried), "; ".join(each.detail for each in tried) or "there is no pod")


def place_of(pod: KubeObject) -> tuple[str, str]:
    """The container that has the pod's first volume of a claim, and where it has it.

    Raises:
        NoFaultError: the pod has none.
    """
    claimed = {volume["name"] for volume in pod["spec"].get("volumes") or [] if "persistentVolumeClaim" in volume}
    for container in pod["spec"]["containers"]:
        for mount in container.get("volumeMounts") or []:
            if mount["name"] in claimed:
                return container["name"], mount["mountPath"]
    raise NoFaultError("The pod has no volume of its own", expected="a PersistentVolumeClaim", where=f"pod {pod['metadata']['name']}")


def _free(client: Client, pod: KubeObject) -> str:
    container, path = place_of(pod)
    done = client.exec(pod["metadata"]["name"], pod["metadata"]["namespace"], _script(_FREE, path), container=container)
    if done.returncode:
        raise NoFaultError("What filled the volume cannot be removed", found=_said(done), where=f"{path} of pod {pod['metadata']['name']}")
    return str(pod["metadata"]["name"])


def _try(client: Client, pod: KubeObject) -> Found:
    container, path = place_of(pod)
    done = client.exec(pod["metadata"]["name"], pod["metadata"]["namespace"], _script(_TRY, path), container=container)
    return Found(done.returncode == 0, _said(done) or f"{path} takes writes")


def _said(done: ExecResult) -> str:
    return " ".join(done.stderr.decode("utf-8", "replace").split())


def _script(text: str, path: str) -> Sequence[str]:
    return ["sh", "-c", text, "sh", path]
