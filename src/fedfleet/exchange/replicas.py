"""The pods that carry traffic, and what is run in each of them to make it serve a new table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from fedfleet.errors import FedFleetError
from fedfleet.exchange.findings import REPLICAS, ReplicaRoute
from fedfleet.exchange.nginx import CONFIGURATION, trust_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.exchange.settings import ExchangeSettings
    from fedfleet.federation.route import RouteKind
    from fedfleet.kube import Client, KubeObject

# Return codes of the scripts in scripts/.
_REFUSED: Final = 4
_MEANINGS: Final = {
    3: ("the changed ConfigMap did not reach the pod", "Look at the kubelet of the pod's node"),
    _REFUSED: ("the new configuration was refused", "Look at the message; the old configuration goes on being served"),
    5: ("old workers still take new connections", "Look at the pod's processes, or delete the pod: it comes back with the new table"),
}
Component = Literal["traffic-server", "nginx"]


class ReplicaError(FedFleetError):
    """A replica could not be made to serve the new table."""


class RefusedConfigurationError(ReplicaError):
    """A replica was told to read its files, and goes on with what it had, as they are no configuration."""


@dataclass(frozen=True)
class Replica:
    """A pod of the exchange.

    Attributes:
        pod: its name.
        container: the container in it.
        kind: what it routes by.
        port: where it listens.
        file: its configuration file.
        more: a pattern of further files that belong to it; empty for none.
        content: what all of these must hold together, in the order of their names.
    """

    pod: str
    container: str
    kind: RouteKind
    port: int
    file: str
    content: str
    more: str = ""

    @property
    def mounted(self) -> str:
        """All of its files, as a shell takes them."""
        return f"{self.file} {self.more}".strip()


def replicas(client: Client, settings: ExchangeSettings, sni: str, nginx: str) -> list[Replica]:
    """All running pods that route, with the configuration they must come to have.

    A pod that is being deleted, or whose container has not started, is left out: it either takes no more
    connections or starts with the stored configuration.
    """
    found: list[Replica] = []
    folder = settings.nginx.conf_dir
    parts: tuple[tuple[str, RouteKind, int, str, str, str], ...] = (
        (settings.traffic_server, "sni", settings.traffic_server_port, f"{settings.sni_dir}/sni.yaml", "", sni),
        (settings.nginx_proxy, "header", settings.nginx.port, f"{folder}/{CONFIGURATION}", f"{folder}/{trust_file('*')}", nginx),
    )
    for name, kind, port, file, more, content in parts:
        pods = client.list("Pod", settings.namespace, settings.labels(name), api_version="v1")
        found += [Replica(pod["metadata"]["name"], name, kind, port, file, content, more) for pod in pods if runs(pod, name)]
    return sorted(found, key=lambda replica: (replica.kind, replica.pod))


def absent_replicas(client: Client, settings: ExchangeSettings, found: Sequence[Replica]) -> list[ReplicaRoute]:
    """What there is to say of replicas that ought to run and don't, one finding a component; empty when all run.

    How many ought to run, the Deployments say. Without any replica nothing is served, so that one is wanted in any case.
    """
    kinds: dict[str, RouteKind] = {settings.traffic_server: "sni", settings.nginx_proxy: "header"}
    absent = []
    for name, kind in kinds.items():
        deployment = client.get("Deployment", name, settings.namespace, api_version="apps/v1")
        wanted = max(1, int(deployment["spec"].get("replicas", 1))) if deployment else 1
        running = sum(replica.container == name for replica in found)
        if running < wanted:
            detail = f"{running} of {wanted} replicas of Deployment {name} run" if deployment else f"there is no Deployment {name}"
            absent.append(ReplicaRoute(name, kind, REPLICAS, ok=False, seconds=0.0, detail=detail))
    return absent


def runs(pod: KubeObject, container: str) -> bool:
    """Whether a container of a pod runs, and the pod is to stay."""
    if pod["metadata"].get("deletionTimestamp"):
        return False
    statuses = pod.get("status", {}).get("containerStatuses", [])
    return any(status["name"] == container and "running" in status.get("state", {}) for status in statuses)


def reload_replica(client: Client, namespace: str, replica: Replica, wait: float) -> None:
    """Wait until the replica's files are the stored ones, and have it read them; ``wait`` seconds at most for the files.

    Traffic Server says nothing to whoever tells it to: what it makes of its file, it writes to its log some seconds later.

    Raises:
        RefusedConfigurationError: nginx has read them, and does not take them.
        ReplicaError: it did not work, by name.
        KubeError: the pod could not be talked to.
    """
    if replica.kind == "header":
        reload_nginx(client, namespace, replica.pod, replica.container, replica.file, replica.mounted, replica.content, wait)
    else:
        _run(client, namespace, replica.pod, replica.container, "traffic-server.sh", replica.mounted, replica.content, wait)


def reload_nginx(
    client: Client, namespace: str, pod: str, container: str, configuration: str, mounted: str, content: str, wait: float
) -> None:
    """Have an nginx read its files anew once ``mounted`` holds ``content``; return when only new workers take connections.

    Raises:
        RefusedConfigurationError: it has read them, and does not take them.
        ReplicaError: it did not work, by name.
        KubeError: the pod could not be talked to.
    """
    _run(client, namespace, pod, container, "nginx.sh", mounted, content, wait, configuration)


def _run(
    client: Client, namespace: str, pod: str, container: str, script: str, mounted: str, content: str, wait: float, *more: str
) -> None:
    text = files("fedfleet.exchange").joinpath("scripts", script).read_text(encoding="utf-8")
    digest = hashlib.sha256(content.encode()).hexdigest()
    command = ["sh", "-c", text, script, mounted, digest, str(int(wait * 10)), *more]
    result = client.exec(pod, namespace, command, container=container, timeout=wait + 30)
    if result.returncode == 0:
        return
    said = (result.stderr or result.stdout).decode("utf-8", "replace").strip()
    meaning, next_step = _MEANINGS.get(result.returncode, ("its reload failed", "Look at the message and at the pod's log"))
    kind = RefusedConfigurationError if result.returncode == _REFUSED else ReplicaError
    raise kind(
        f"Replica {pod} does not serve its new configuration: {meaning}",
        expected=f"{mounted} with SHA-256 {digest[:12]} in use",
        found=said[-500:] or f"return code {result.returncode}",
        where=f"pod {namespace}/{pod}, container {container}",
        next_step=next_step,
    )
