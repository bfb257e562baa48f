"""The Kubernetes APIs behind a simulated vCenter, as far as role cluster asks them: a Supervisor's, and that of the one cluster it makes.

What the Supervisor does is the lab's business, where it is a real API server with a controller. Here are objects kept in memory, and a cluster
that is there at once: for what goes wrong at vCenter, and for what a Supervisor says of a cluster that it cannot make.
"""

import base64
import copy
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from fedfleet_lab.cluster.pki import Authority, Leaf
from support.vcenter import RunningVCenter

VERSION = "v1.34.2"
API_PORT = 6443
_MIB = 1 << 20


@dataclass(frozen=True)
class Kind:
    """How one kind is served."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool = True


_CLUSTER_API = "cluster.x-k8s.io/v1beta2"
_TANZU = "run.tanzu.vmware.com/v1alpha3"
_SUPERVISOR = (
    Kind("v1", "Namespace", "namespaces", namespaced=False),
    Kind("v1", "Secret", "secrets"),
    Kind("v1", "ConfigMap", "configmaps"),
    Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    Kind(_CLUSTER_API, "Cluster", "clusters"),
    Kind(_CLUSTER_API, "ClusterClass", "clusterclasses"),
    Kind(_CLUSTER_API, "Machine", "machines"),
    Kind(_TANZU, "TanzuKubernetesRelease", "tanzukubernetesreleases", namespaced=False),
    Kind(_TANZU, "OSImage", "osimages", namespaced=False),
)
_GUEST = (
    Kind("v1", "Namespace", "namespaces", namespaced=False),
    Kind("v1", "Node", "nodes", namespaced=False),
    Kind("v1", "Pod", "pods"),
    Kind("v1", "Service", "services"),
    Kind("v1", "Secret", "secrets"),
    Kind("v1", "ConfigMap", "configmaps"),
    Kind("coordination.k8s.io/v1", "Lease", "leases"),
    Kind("storage.k8s.io/v1", "StorageClass", "storageclasses", namespaced=False),
)


@dataclass
class Api:
    """One API: its objects by plural, namespace and name, and what happens after one was written."""

    kinds: tuple[Kind, ...]
    objects: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    written: Callable[[dict[str, Any]], None] = lambda _: None
    known_namespaces: Callable[[], set[str]] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    revision: int = 0

    def put(self, definition: dict[str, Any]) -> dict[str, Any]:
        """Keep an object as it is."""
        plural = next(one.plural for one in self.kinds if one.kind == definition["kind"])
        place = (plural, definition["metadata"].get("namespace", ""), definition["metadata"]["name"])
        with self.lock:
            self.revision += 1
            definition["metadata"].update({"resourceVersion": str(self.revision), "uid": "/".join(place)})
            self.objects[place] = definition
        return definition

    def listed(self, plural: str, namespace: str = "") -> list[dict[str, Any]]:
        """The objects of a kind."""
        with self.lock:
            return [one for (kind, place, _), one in self.objects.items() if kind == plural and namespace in ("", place)]

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """Status and body of one request."""
        if path in ("/api", "/apis"):
            return 200, self._discovery(core=path == "/api")
        if path == "/version":
            return 200, {"gitVersion": VERSION}
        if path.endswith("/selfsubjectaccessreviews"):
            return 201, body | {"status": {"allowed": True}}
        plural, namespace, name = self._place(path)
        with self.lock:
            return self._on_objects(method, (plural, namespace, name), query, body)

    def _on_objects(self, method: str, place: tuple[str, str, str], query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        plural, namespace, name = place
        if method == "GET" and not name:
            return 200, {"items": copy.deepcopy(self.listed(plural, namespace)), "metadata": {}}
        found = self.objects.get(place)
        if plural == "namespaces" and self.known_namespaces is not None and name in self.known_namespaces():
            found = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "status": {"phase": "Active"}}
        if method in ("GET", "DELETE") and found is None:
            return 404, {"kind": "Status", "reason": "NotFound", "message": f"{plural} {name} not found", "code": 404}
        if method == "DELETE":
            self.objects.pop(place, None)
            return 200, {"kind": "Status", "status": "Success"}
        if method == "GET":
            return 200, found
        kept = copy.deepcopy(found or {})
        merged = _merged(kept, body)
        if plural == "namespaces":
            merged["status"] = {"phase": "Active"}
        if merged == found:
            return 200, found
        if "dryRun" not in query:
            self.put(merged)
            self.written(merged)
        return 201 if found is None else 200, copy.deepcopy(merged)

    def _place(self, path: str) -> tuple[str, str, str]:
        parts = path.strip("/").split("/")
        parts = parts[2:] if parts[0] == "api" else parts[3:]
        namespace = ""
        if parts[0] == "namespaces" and len(parts) > 2:
            namespace, parts = parts[1], parts[2:]
        return parts[0], namespace, parts[1] if len(parts) > 1 else ""

    def _discovery(self, *, core: bool) -> dict[str, Any]:
        items: dict[str, dict[str, Any]] = {}
        for one in (*self.kinds, Kind("authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", namespaced=False)):
            group, _, version = one.api_version.rpartition("/")
            if (not group) is not core:
                continue
            scope = "Namespaced" if one.namespaced else "Cluster"
            resource = {"resource": one.plural, "responseKind": {"kind": one.kind}, "scope": scope, "singularResource": one.kind.lower()}
            group_item = items.setdefault(group, {"metadata": {"name": group}, "versions": [{"version": version, "resources": []}]})
            group_item["versions"][0]["resources"].append(resource)
        return {"kind": "APIGroupDiscoveryList", "items": list(items.values())}


def _merged(kept: dict[str, Any], wanted: Any) -> dict[str, Any]:
    for key, value in wanted.items():
        if isinstance(value, dict) and isinstance(kept.get(key), dict):
            _merged(kept[key], value)
        else:
            kept[key] = copy.deepcopy(value)
    return kept


@dataclass
class StandIns:
    """Both APIs, and a kubeconfig of the second. ``trouble``, where there is one, keeps machines of new clusters from coming into being."""

    supervisor: Api
    guest: Api
    kubeconfig: str
    trouble: str = ""

    def recover(self, cluster: str) -> None:
        """Have a cluster come into being that could not."""
        for (plural, _, name), found in list(self.supervisor.objects.items()):
            if plural == "machines" and name.startswith(cluster):
                del self.supervisor.objects[plural, found["metadata"]["namespace"], name]
            if plural == "clusters" and name == cluster:
                _play(self, found)

    def forget(self, cluster: str) -> None:
        """Have a cluster be gone that somebody deleted."""
        for plural, namespace, name in list(self.supervisor.objects):
            if (plural, name) in {("clusters", cluster), ("secrets", f"{cluster}-kubeconfig")}:
                del self.supervisor.objects[plural, namespace, name]


@contextmanager
def standing_in(vcenter: RunningVCenter, guest_host: str) -> Iterator[StandIns]:
    """The Supervisor's API beside its login service, and the cluster's at ``guest_host``; both on the usual port."""
    authority = vcenter.simulator.authority
    supervisor = Api(_SUPERVISOR, known_namespaces=lambda: _running(vcenter))
    kubeconfig = _kubeconfig(f"https://{guest_host}:{API_PORT}", authority.pair.certificate.read_text())
    both = StandIns(supervisor, Api(_GUEST), kubeconfig)
    supervisor.written = lambda written: _play(both, written)
    for definition in _offered():
        supervisor.put(definition)
    with (
        _serving(supervisor, authority, vcenter.simulator.supervisor_host),
        _serving(both.guest, authority, guest_host),
    ):
        host = vcenter.simulator.supervisor_host
        vcenter.lab("PUT", "/supervisor", {"api_endpoint": host, "config_status": "RUNNING", "kubernetes_status": "READY"})
        yield both


def _running(vcenter: RunningVCenter) -> set[str]:
    state = vcenter.lab("GET", "/state")
    return {one["namespace"] for one in state["namespaces"] if one["config_status"] == "RUNNING"}


def _offered() -> list[dict[str, Any]]:
    conditions = [{"type": kind, "status": "True"} for kind in ("Ready", "Compatible")]
    version = f"{VERSION}+vmware.1"
    return [
        {
            "apiVersion": _TANZU,
            "kind": "TanzuKubernetesRelease",
            "metadata": {"name": f"{VERSION}---vmware.1-vkr.1"},
            "spec": {"version": f"{version}-vkr.1", "kubernetes": {"version": version}},
            "status": {"conditions": conditions},
        },
        {
            "apiVersion": _TANZU,
            "kind": "OSImage",
            "metadata": {"name": "photon"},
            "spec": {"kubernetesVersion": version, "os": {"name": "photon", "version": "5"}},
        },
        {
            "apiVersion": _CLUSTER_API,
            "kind": "ClusterClass",
            "metadata": {"name": "builtin-generic-v3.6.0", "namespace": "vmware-system-vks-public"},
        },
    ]


def _play(both: StandIns, written: dict[str, Any]) -> None:
    """Have a cluster be there, with nothing in it of one before, or have its first machine say why it is not."""
    if written["kind"] != "Cluster":
        return
    both.guest.objects.clear()
    name, namespace = written["metadata"]["name"], written["metadata"]["namespace"]
    topology = written["spec"]["topology"]
    written["metadata"]["generation"] = 1
    condition = {"type": "Available", "status": "True", "observedGeneration": 1}
    if both.trouble:
        condition |= {"status": "False", "message": "Control plane has no machines"}
        both.supervisor.put(_machine(name, namespace, both.trouble))
    written["status"] = {"conditions": [condition], "phase": "Provisioned"}
    both.supervisor.put(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": f"{name}-kubeconfig", "namespace": namespace},
            "data": {"value": base64.b64encode(both.kubeconfig.encode()).decode()},
        }
    )
    workers = sum(pool["replicas"] for pool in topology["workers"]["machineDeployments"])
    for number in range(topology["controlPlane"]["replicas"] + workers):
        both.guest.put(_node(f"{name}-{number}"))


def _machine(cluster: str, namespace: str, trouble: str) -> dict[str, Any]:
    return {
        "apiVersion": _CLUSTER_API,
        "kind": "Machine",
        "metadata": {"name": f"{cluster}-0", "namespace": namespace, "labels": {"cluster.x-k8s.io/cluster-name": cluster}},
        "status": {"phase": "Provisioning", "conditions": [{"type": "InfrastructureReady", "status": "False", "message": trouble}]},
    }


def _node(name: str) -> dict[str, Any]:
    room = {"cpu": "8", "memory": "65536Mi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "spec": {},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"kubeletVersion": VERSION},
            "capacity": room,
            "allocatable": room,
        },
    }


def _kubeconfig(server: str, authority: str) -> str:
    name = "stand-in"
    trust = base64.b64encode(authority.encode()).decode()
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": trust}}],
        "users": [{"name": name, "user": {"token": "a-token"}}],
    }
    return yaml.safe_dump(content)


@contextmanager
def _serving(api: Api, authority: Authority, host: str) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = urlsplit(self.path)
            known = self.headers.get("Authorization", "").startswith("Bearer ")
            body = json.loads(sent) if sent else None
            refusal = {"kind": "Status", "reason": "Unauthorized", "message": "Unauthorized", "code": 401}
            status, answer = api.answer(self.command, asked.path, parse_qs(asked.query), body) if known else (401, refusal)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Say nothing."""

    server = ThreadingHTTPServer((host, API_PORT), Handler)
    pair = authority.issue(f"api-{host}", Leaf(f"api-{host}", (), (host,), server=True, client=False))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
