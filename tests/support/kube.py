"""Kubernetes objects that tests apply, and short ways to say which."""

import base64
from pathlib import Path
from typing import Any

import yaml

from fedfleet.kube import Client, ObjectRef
from support.cluster import eventually

# Never exits and listens nowhere; the lab's nodes have it for their pods' namespaces.
PAUSE = "registry.lab:5000/fedfleet/pause:1.0"
# Debian with a shell and perl.
SHELL = "registry.lab:5000/fedfleet/nginx:1.22"

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def config_map(name: str, namespace: str, **values: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": values}


def container(image: str = PAUSE, **fields: Any) -> dict[str, Any]:
    return {"name": "main", "image": image, "securityContext": RESTRICTED} | fields


def pod(name: str, namespace: str, *containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"terminationGracePeriodSeconds": 0, "containers": list(containers) or [container()]} | spec,
    }


def workload(kind: str, name: str, namespace: str, *containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """A Deployment, StatefulSet or Job of one pod."""
    template = {"metadata": {"labels": {"app": name}}, "spec": pod(name, namespace, *containers)["spec"]}
    own: dict[str, Any] = {"template": template}
    if kind == "Job":
        template["spec"]["restartPolicy"] = "Never"
    else:
        own["selector"] = {"matchLabels": {"app": name}}
    if kind == "StatefulSet":
        own["serviceName"] = name
    version = "batch/v1" if kind == "Job" else "apps/v1"
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": own | spec}


def claim(name: str, namespace: str, storage_class: str, size: str = "16Mi") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"storageClassName": storage_class, "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    }


def ref(definition: dict[str, Any]) -> ObjectRef:
    return ObjectRef.of(definition)


def local_kubeconfig(path: Path, port: int = 6443, scheme: str = "https") -> Path:
    """A kubeconfig with one context, of an API on this machine."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "clinic",
        "contexts": [{"name": "clinic", "context": {"cluster": "clinic"}}],
        "clusters": [{"name": "clinic", "cluster": {"server": f"{scheme}://127.0.0.1:{port}"}}],
    }
    path.write_text(yaml.safe_dump(content))
    return path


def changed_kubeconfig(source: Path, target: Path, user: dict[str, Any] | None = None, **cluster: Any) -> Path:
    """Write a kubeconfig's copy with other cluster settings, or another user."""
    content = yaml.safe_load(source.read_text())
    content["clusters"][0]["cluster"] |= {key.replace("_", "-"): value for key, value in cluster.items()}
    if user is not None:
        content["users"][0]["user"] = user
    target.write_text(yaml.safe_dump(content))
    return target


def guest_token(client: Client, namespace: str) -> str:
    """The token of a service account that may do nothing."""
    place = {"name": "guest", "namespace": namespace}
    client.apply([{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": place}])
    annotations = {"kubernetes.io/service-account.name": "guest"}
    kind = "kubernetes.io/service-account-token"
    client.apply([{"apiVersion": "v1", "kind": "Secret", "metadata": place | {"annotations": annotations}, "type": kind}])
    found: dict[str, str] = {}

    def made() -> bool:
        found.update((client.get("Secret", "guest", namespace) or {}).get("data") or {})
        return "token" in found

    eventually(made, "the service account has a token", seconds=20)
    return base64.b64decode(found["token"]).decode()
