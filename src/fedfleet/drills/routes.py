"""A route table that is broken, in the exchange's stored configuration: running replicas must neither take it nor stop to serve.

Drill files name these functions.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Final

from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.scene import Found, Scene
from fedfleet.exchange.admitted import read_authority
from fedfleet.exchange.nginx import CONFIGURATION
from fedfleet.exchange.reload import reload_exchange
from fedfleet.exchange.replicas import ReplicaError, reload_replica, replicas
from fedfleet.exchange.settings import NGINX_CONFIG_MAP, SNI_CONFIG_MAP, SNI_FILE
from fedfleet.exchange.stored import nginx_text, store_routes

if TYPE_CHECKING:
    from fedfleet.exchange.replicas import Replica

# No YAML, and nothing that nginx knows.
_BROKEN: Final = "\n} { broken by a drill: [\n"
_PLACES: Final = ((SNI_CONFIG_MAP, SNI_FILE), (NGINX_CONFIG_MAP, CONFIGURATION))
_MOUNTED_SECONDS: Final = 120.0
_REFUSED_SECONDS: Final = 2.0
_PAUSE: Final = 1.0


def push_broken_routes(scene: Scene) -> dict[str, object]:
    """Put what is no configuration behind the stored one of Traffic Server and nginx. Returns when every replica has the broken files before it.

    Raises:
        NoFaultError: no replica runs, or the files did not reach one.
    """
    client, settings = scene.client(), scene.exchange
    for name, file in _PLACES:
        found = client.get("ConfigMap", name, settings.namespace, api_version="v1")
        text = str(((found or {}).get("data") or {}).get(file, ""))
        client.patch("ConfigMap", name, settings.namespace, {"data": {file: text + _BROKEN}}, api_version="v1")
    running = _replicas(scene)
    if not running:
        raise NoFaultError("No replica of the exchange runs", where=settings.namespace)
    for container in {replica.container for replica in running}:
        client.touch_pods(settings.namespace, settings.labels(container))
    deadline = time.monotonic() + _MOUNTED_SECONDS
    while waiting := [replica.pod for replica in running if not _is_broken(scene, replica)]:
        if time.monotonic() > deadline:
            raise NoFaultError("The broken files did not reach every replica", found=", ".join(waiting), where=settings.namespace)
        scene.pause(_PAUSE)
    return {"replicas": [replica.pod for replica in running]}


def reload_refused(scene: Scene) -> Found:
    """Every replica that is to read its files anew refuses to, as they are not what the admitted parties' cards make."""
    taken, told = [], []
    for replica in _replicas(scene):
        try:
            reload_replica(scene.client(), scene.exchange.namespace, replica, _REFUSED_SECONDS)
            taken.append(replica.pod)
        except ReplicaError as error:
            told.append(f"{replica.pod}: {error.short}")
    return Found(bool(told) and not taken, f"took them: {', '.join(taken)}" if taken else "; ".join(told) or "no replica runs")


def restore_routes(scene: Scene) -> dict[str, object]:
    """Undo ``push_broken_routes``, whether it was done or not: what is stored becomes what the admitted cards say, and every replica serves it."""
    done = reload_exchange(scene.client(), scene.exchange)
    return {"changed": done.changed, "table": done.table.table_id}


def _replicas(scene: Scene) -> list[Replica]:
    """All that run, each with what it must serve."""
    client, settings = scene.client(), scene.exchange
    wanted = store_routes(client, settings, read_authority(client, settings).pem, dry_run=True)
    return replicas(client, settings, wanted.sni, nginx_text(wanted))


def _is_broken(scene: Scene, replica: Replica) -> bool:
    """Whether the pod has other files before it than it must serve."""
    command = ["sh", "-c", f"LC_ALL=C; export LC_ALL; cat {replica.mounted} | sha256sum"]
    done = scene.client().exec(replica.pod, scene.exchange.namespace, command, container=replica.container)
    return bool(done.stdout) and done.stdout.decode().split()[0] != hashlib.sha256(replica.content.encode()).hexdigest()
