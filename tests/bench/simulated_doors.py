"""The doors of simulated parties: one nginx that listens at every port and shows the certificate of whichever name it is asked for."""

import io
import tarfile
from collections.abc import Sequence
from typing import Any

from bench.simulated_parties import FIRST_PORT, SimulatedParty, card_of
from fedfleet.federation.names import ENDPOINT_NAMES
from fedfleet.kube import Client, ObjectRef
from fedfleet.pki.keys import key_pem
from support.cluster import Space

_IMAGE = "registry.lab:5000/fedfleet/nginx:1.22"
_NAME = "simulated-parties"
_READY_SECONDS = 120.0
_COPY_SECONDS = 300.0
# As a party's listener and broker look before its admission: own keys, and who it is.
_CONFIGURATION = """
worker_processes 2;
worker_rlimit_nofile 32768;
error_log /dev/stderr;
pid /tmp/nginx.pid;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
  map $ssl_server_name $party {{ default ""; "~^(?:coordination-)?(?<id>[0-9]+)\\." $id; }}
  server {{
    listen {first}-{last} ssl;
    ssl_certificate /tmp/parties/$ssl_server_name.pem;
    ssl_certificate_key /tmp/parties/$ssl_server_name.pem;
    ssl_verify_client optional_no_ca;
    location = /fedfleet/party {{ return 200 '{{"party_id": "$party", "client": "$ssl_client_verify"}}'; }}
    location / {{ return 404; }}
  }}
}}
"""


def open_doors(client: Client, place: Space, most: int) -> str:
    """Bring up the doors of so many parties; the address that they all have."""
    place.apply(*_objects(most))
    client.wait([ObjectRef("Pod", place.name, _NAME, "v1")], _READY_SECONDS)
    pod = client.get("Pod", _NAME, place.name)
    assert pod is not None
    return str(pod["status"]["podIP"])


def furnish(client: Client, place: Space, parties: Sequence[SimulatedParty]) -> None:
    """Give each door the certificate of its party's card, and the key."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for party in parties:
            certificates = card_of(party).certificates
            for name in ENDPOINT_NAMES:
                content = (certificates.of(name) + key_pem(party.keys[name])).encode()
                entry = tarfile.TarInfo(f"{party.name(name)}.pem")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    command = ["sh", "-c", "mkdir -p /tmp/parties && tar -x --no-same-owner -C /tmp/parties"]
    done = client.exec(_NAME, place.name, command, stdin=packed.getvalue(), timeout=_COPY_SECONDS)
    assert done.returncode == 0, done


def _objects(most: int) -> list[dict[str, Any]]:
    text = _CONFIGURATION.format(first=FIRST_PORT, last=FIRST_PORT + 2 * most - 1)
    mounts = {"configuration": "/etc/nginx/fedfleet", "tmp": "/tmp"}
    container = {
        "name": "nginx",
        "image": _IMAGE,
        "readinessProbe": {"tcpSocket": {"port": FIRST_PORT}, "periodSeconds": 1},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
    }
    spec = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 0,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "volumes": [{"name": "configuration", "configMap": {"name": _NAME}}, {"name": "tmp", "emptyDir": {}}],
    }
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": _NAME}, "data": {"nginx.conf": text}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": _NAME}, "spec": spec},
    ]
