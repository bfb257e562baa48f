"""Kubernetes objects that tests apply, and short ways to say which."""

from typing import Any

from fedfleet.kube import ObjectRef

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


def claim(name: str, namespace: str, storage_class: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"storageClassName": storage_class, "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
    }


def ref(definition: dict[str, Any]) -> ObjectRef:
    return ObjectRef.of(definition)
