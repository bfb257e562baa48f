"""Pods with a shell, and servers to talk to, in a namespace of a test's own."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fedfleet.kube import Client, ObjectRef
from support.lab import RunningLab

IMAGE = "registry.lab:5000/fedfleet/base:12.0"
USER = 10001
POD_SECONDS = 120
PORT = 8080

# Answers with the name of its node and the address it was asked from.
_SERVER = r"""
use IO::Socket::INET;
$SIG{TERM} = sub { exit };
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) {
    my $request = <$client>;
    my $body = "$ENV{NODE} " . $client->peerhost . "\n";
    print $client "HTTP/1.0 200 OK\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
    close $client;
}
"""


def eventually(holds: Callable[[], object], what: str, seconds: float = 60, pause: float = 0.2) -> float:
    """Wait until something holds; return how many seconds that took."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, f"not within {seconds} s: {what}"
        time.sleep(pause)
    return time.monotonic() - start


@dataclass(frozen=True)
class Pod:
    """A running pod with a shell."""

    client: Client
    namespace: str
    name: str

    def sh(self, script: str, timeout: float = 60) -> tuple[int, str]:
        """Run a script; return its code and all that it said."""
        done = self.client.exec(self.name, self.namespace, ["bash", "-c", script], timeout=timeout)
        return done.returncode, (done.stdout + done.stderr).decode()

    def ask(self, script: str, timeout: float = 60) -> str:
        """Run a script that must succeed; return what it printed."""
        code, said = self.sh(script, timeout)
        assert code == 0, f"{script!r} ended with {code}: {said}"
        return said.strip()

    def reaches(self, address: str, port: int = PORT, seconds: float = 1.5) -> bool:
        """Say whether a TCP connection comes about."""
        return self.sh(f"timeout {seconds} bash -c 'exec 3<>/dev/tcp/{address}/{port}'")[0] == 0

    def fetch(self, address: str, port: int = PORT) -> str:
        """Ask a server of `Space.serve`: `NODE CLIENT-ADDRESS`."""
        return self.ask(f"exec 3<>/dev/tcp/{address}/{port}; echo 'GET / HTTP/1.0' >&3; tail -n1 <&3")

    @property
    def status(self) -> dict[str, Any]:
        """The pod's status."""
        found = self.client.get("Pod", self.name, self.namespace)
        assert found is not None, f"pod {self.name} is gone"
        status: dict[str, Any] = found["status"]
        return status

    def delete(self) -> None:
        """Delete it at once and wait until it is gone."""
        self.client.delete("Pod", self.name, self.namespace, wait=POD_SECONDS)


@dataclass(frozen=True)
class Space:
    """A namespace."""

    client: Client
    name: str

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Apply objects in the namespace."""
        self.client.apply(list(objects), namespace=self.name)

    def pod(self, name: str, claims: Mapping[str, str] | None = None, *, node: str = "", labels: Mapping[str, str] | None = None) -> Pod:
        """Run a pod that does nothing, with claims by the path they are mounted at; return it when it is Ready."""
        definition = pod_definition(name, ["sleep", "infinity"], claims or {}, node=node, labels=labels or {})
        return self._run(definition)

    def serve(self, name: str, *, node: str = "", labels: Mapping[str, str] | None = None) -> Pod:
        """Run a pod that answers on `PORT`; return it when it is Ready."""
        return self._run(pod_definition(name, ["perl", "-e", _SERVER], {}, node=node, labels=labels or {}, port=PORT))

    def _run(self, definition: dict[str, Any]) -> Pod:
        self.apply(definition)
        name = definition["metadata"]["name"]
        self.client.wait([ObjectRef("Pod", self.name, name, "v1")], POD_SECONDS)
        return Pod(self.client, self.name, name)

    def claim(self, name: str, size: str, **spec: Any) -> None:
        """Claim a volume."""
        self.apply(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec},
            }
        )

    def claimed(self, name: str) -> dict[str, Any]:
        """Return a claim."""
        found = self.client.get("PersistentVolumeClaim", name, self.name)
        assert found is not None, f"there is no claim {name}"
        return found

    def service(self, name: str, selector: Mapping[str, str], **spec: Any) -> None:
        """Put a Service in front of pods of `serve`."""
        self.apply(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": name},
                "spec": {"selector": dict(selector), "ports": [{"port": PORT, "targetPort": PORT}], **spec},
            }
        )

    def address(self, service: str) -> str:
        """Wait for the address that a Service of type LoadBalancer is given."""
        found: list[str] = []

        def given() -> bool:
            status = (self.client.get("Service", service, self.name) or {}).get("status", {})
            found[:] = [entry["ip"] for entry in status.get("loadBalancer", {}).get("ingress", [])]
            return bool(found)

        eventually(given, f"service {service} has an address")
        return found[0]


def pod_definition(
    name: str, command: Sequence[str], claims: Mapping[str, str], *, node: str, labels: Mapping[str, str], port: int = 0
) -> dict[str, Any]:
    """Return a pod as restricted namespaces demand it."""
    volumes = {f"volume{number}": entry for number, entry in enumerate(claims.items())}
    container: dict[str, Any] = {
        "name": "main",
        "image": IMAGE,
        "command": list(command),
        "env": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": volume, "mountPath": path} for volume, (path, _) in volumes.items()],
    }
    if port:
        container["readinessProbe"] = {"tcpSocket": {"port": port}, "periodSeconds": 1}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name, **labels}},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsUser": USER,
                "runAsGroup": USER,
                "fsGroup": USER,
                "runAsNonRoot": True,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            # Chosen by the scheduler, which has to see the pod for claims that wait for their first user.
            **({"nodeSelector": {"kubernetes.io/hostname": node}} if node else {}),
            "containers": [container],
            "volumes": [{"name": volume, "persistentVolumeClaim": {"claimName": claim}} for volume, (_, claim) in volumes.items()],
        },
    }


@contextmanager
def space(client: Client, topic: str) -> Iterator[Space]:
    """Make a namespace that takes restricted pods alone, and delete it with all that is in it after."""
    name = f"{topic}-{secrets.token_hex(3)}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    client.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}])
    try:
        yield Space(client, name)
    finally:
        # Nobody waits for it: the next test has a namespace of its own.
        client.delete("Namespace", name)


def lab_status(lab: RunningLab, part: str) -> dict[str, Any]:
    """Return what `fedfleet lab status` says of a part of the lab."""
    found: dict[str, Any] = json.loads(lab.fedfleet("lab", "status", "--json").output)["parts"][part]
    return found
