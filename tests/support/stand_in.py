"""A party that has doors and keys and nothing behind them: enough for the exchange to admit it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from fedfleet.federation.card import Card
from fedfleet.federation.names import EndpointName
from fedfleet.federation.site import Site as Described
from fedfleet.kube import Client, ObjectRef
from fedfleet.registration.card import make_card
from fedfleet.registration.endpoints import EndpointSource
from fedfleet.registration.secrets import ensure_keys
from support.sites import DOMAIN, FEDERATION, READY_SECONDS, Site

IMAGE = "registry.lab:5000/fedfleet/nginx:1.22"
_SOURCES: dict[EndpointName, EndpointSource] = {
    "broker": EndpointSource(service="pulsar-public-tls", service_port=6651),
    "coordination": EndpointSource(service="nginx-public", service_port=9443),
}
# As a party's listener and broker look from outside before the admission: own keys, and who it is.
_CONFIGURATION = """
worker_processes 1;
error_log /dev/stderr;
pid /tmp/nginx.pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
  ssl_verify_client optional_no_ca;
  server {{
    listen 9443 ssl;
    ssl_certificate /etc/nginx/coordination/tls.crt;
    ssl_certificate_key /etc/nginx/coordination/tls.key;
    ssl_client_certificate /etc/nginx/coordination/ca.crt;
    location = /fedfleet/party {{ return 200 '{{"party_id": "{party}", "client": "$ssl_client_verify"}}'; }}
    location / {{ return 404; }}
  }}
  server {{
    listen 6651 ssl;
    keepalive_timeout 600s;
    ssl_certificate /etc/nginx/broker/broker.cert.pem;
    ssl_certificate_key /etc/nginx/broker/broker.key-pk8.pem;
    location / {{ return 200 'still here\\n'; }}
  }}
}}
"""


def _objects(party: str) -> list[dict[str, Any]]:
    labels = {"app.kubernetes.io/name": "stand-in"}
    mounts = {
        "configuration": "/etc/nginx/fedfleet",
        "broker": "/etc/nginx/broker",
        "coordination": "/etc/nginx/coordination",
        "tmp": "/tmp",
    }
    pod = {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "nginx",
                "image": IMAGE,
                "readinessProbe": {"tcpSocket": {"port": 9443}, "periodSeconds": 1},
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
            }
        ],
        "volumes": [
            {"name": "configuration", "configMap": {"name": "stand-in"}},
            {"name": "broker", "secret": {"secretName": "pulsar-cert"}},
            {"name": "coordination", "secret": {"secretName": "nginx-cert"}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }
    services = {"nginx-public": 9443, "pulsar-public-tls": 6651}
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "stand-in"},
            "data": {"nginx.conf": _CONFIGURATION.format(party=party)},
        },
        *(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": name},
                "spec": {"type": "LoadBalancer", "selector": labels, "ports": [{"port": port}]},
            }
            for name, port in services.items()
        ),
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "stand-in"},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
        },
    ]


@contextmanager
def stand_in(client: Client, party: str) -> Iterator[tuple[Site, Card]]:
    """Run a stand-in for a party in a namespace of its own, and hand out its card; take the namespace away after."""
    namespace = f"fate-{party}"
    client.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}])
    try:
        ensure_keys(client, namespace, party, DOMAIN, datetime.now(UTC))
        client.apply(_objects(party), namespace=namespace)
        client.wait([ObjectRef("Deployment", namespace, "stand-in", "apps/v1")], READY_SECONDS)
        described = Described(kind="party", federation=FEDERATION, domain=DOMAIN, organisation="Stand-in", party_id=party)
        yield Site(client, namespace), make_card(client, namespace, described, _SOURCES).card
    finally:
        client.delete("Namespace", namespace, wait=READY_SECONDS)
