"""A route table that is broken, in the exchange's stored configuration: running replicas must neither take it nor stop to serve.

Drill files name these functions. A Traffic Server that cannot load its sni.yaml keeps the routes it has (seen of Debian's 9.2.5); 9.1 went on without any.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.scene import Found, Scene
from fedfleet.exchange.admitted import read_authority
from fedfleet.exchange.nginx import CONFIGURATION
from fedfleet.exchange.reload import reload_exchange
from fedfleet.exchange.replicas import RefusedConfigurationError, ReplicaError, reload_replica, replicas
from fedfleet.exchange.settings import NGINX_CONFIG_MAP, SNI_CONFIG_MAP, SNI_FILE
from fedfleet.exchange.stored import nginx_text, store_routes

if TYPE_CHECKING:
    from fedfleet.exchange.replicas import Replica

# No YAML, and nothing that nginx knows.
_BROKEN: Final = "\n} { broken by a drill: [\n"
_PLACES: Final = ((SNI_CONFIG_MAP, SNI_FILE), (NGINX_CONFIG_MAP, CONFIGURATION))
_MOUNTED_SECONDS: Final = 120.0
_REFUSED_SECONDS: Final = 2.0
# Traffic Server reads what it is told to after five seconds at the latest (docs/explanation/registration.md), and one that is busy somewhat later.
_READ_SECONDS: Final = 20.0
_LOG_LINES: Final = 500
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
    """Every replica that is told to read the files before it goes on with what it had, as they are no configuration.

    Our own reload does not even tell it to, as they are not what the admitted parties' cards make.
    """
    taken, told = [], []
    for replica in _replicas(scene):
        said = _refused(scene, replica) if _spared(scene, replica) else ""
        if said:
            told.append(f"{replica.pod}: {said}")
        else:
            taken.append(replica.pod)
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


def _spared(scene: Scene, replica: Replica) -> bool:
    """Whether our own reload leaves a replica alone that has other files before it than it must serve."""
    try:
        reload_replica(scene.client(), scene.exchange.namespace, replica, _REFUSED_SECONDS)
    except ReplicaError:
        return True
    return False


def _refused(scene: Scene, replica: Replica) -> str:
    """Have a replica read the files before it, whatever they are; what it says where it does not take them, else nothing."""
    mounted = scene.client().exec(replica.pod, scene.exchange.namespace, _shown(replica), container=replica.container).stdout.decode()
    try:
        reload_replica(scene.client(), scene.exchange.namespace, replace(replica, content=mounted), _REFUSED_SECONDS)
    except RefusedConfigurationError as error:
        return " ".join(error.found.split())
    return _could_not_load(scene, replica) if replica.kind == "sni" else ""


def _could_not_load(scene: Scene, replica: Replica) -> str:
    """What Traffic Server's log says where it could not load its routes when it read them last, which is waited for; else nothing."""
    loaded, not_loaded = f"{replica.file} finished loading", f"{replica.file} failed to load"
    deadline = time.monotonic() + _READ_SECONDS
    while True:
        log = scene.client().logs(replica.pod, scene.exchange.namespace, replica.container, tail=_LOG_LINES)
        read = [line for line in log.splitlines() if line.endswith((loaded, not_loaded))]
        if read and read[-1].endswith(not_loaded):
            return not_loaded
        if time.monotonic() >= deadline:
            return ""
        scene.pause(_PAUSE)


def _is_broken(scene: Scene, replica: Replica) -> bool:
    """Whether the pod has other files before it than it must serve."""
    done = scene.client().exec(replica.pod, scene.exchange.namespace, _shown(replica, "| sha256sum"), container=replica.container)
    return bool(done.stdout) and done.stdout.decode().split()[0] != hashlib.sha256(replica.content.encode()).hexdigest()


def _shown(replica: Replica, then: str = "") -> list[str]:
    """What writes all of a replica's mounted files, in the order of their names."""
    return ["sh", "-c", f"LC_ALL=C; export LC_ALL; cat {replica.mounted} {then}".strip()]
