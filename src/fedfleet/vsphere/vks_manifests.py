"""The ``Cluster`` of a VKS workload cluster: cluster.x-k8s.io v1beta2, or v1beta1 where the Supervisor has no newer.

The shape is that of cluster-api v1.14.2: api/core/v1beta2/cluster_types.go (``topology.classRef``) and api/core/v1beta1/cluster_types.go
(``topology.class`` and ``classNamespace``). The variables are those of the ClusterClass, of which there are two sets (cluster_classes.py)
and no published types:

- older, of ``tanzukubernetescluster`` and ``builtin-generic-v3.1.0``: the annotated manifest. The Secret of trusted certificates, in base64
  twice, is from there, too; nobody says that it was tried.
- newer, from v3.2.0 on: the annotated manifest for v3.2.0 to v3.4.0, the blueprint notes for v3.6.0 (VKS 3.6), the annotated profile for
  v3.7.0 (VKS 3.7).

``fedfleet.vsphere`` says what these sources are.
"""

from __future__ import annotations

import base64
from typing import Any

from fedfleet.vsphere.cluster_classes import is_old
from fedfleet.vsphere.workload_specs import Pool, Volume, Wanted

NEW, OLD = "cluster.x-k8s.io/v1beta2", "cluster.x-k8s.io/v1beta1"
# The only class of workers that the classes of VKS have (the blueprint notes).
WORKER_CLASS = "node-pool"
# A label selector over OSImage, on every part that gets an image (the annotated manifest, tried by vks-airgap-cicd).
OS_IMAGE_ANNOTATION = "run.tanzu.vmware.com/resolve-os-image"


def build(wanted: Wanted, api_version: str = NEW) -> list[dict[str, Any]]:
    """The objects to apply: the Cluster, and with the older variables the Secret of what it is to trust."""
    old = is_old(wanted.cluster_class)
    reference: dict[str, Any] = {"name": wanted.cluster_class}
    reference |= {"namespace": wanted.class_namespace} if wanted.class_namespace else {}
    chosen: dict[str, Any] = {"classRef": reference}
    if api_version == OLD:
        chosen = {"class": wanted.cluster_class} | ({"classNamespace": wanted.class_namespace} if wanted.class_namespace else {})
    control: dict[str, Any] = {"replicas": wanted.control_plane_replicas}
    if wanted.os_name:
        control["metadata"] = {"annotations": {OS_IMAGE_ANNOTATION: f"os-name={wanted.os_name}"}}
    cluster = {
        "apiVersion": api_version,
        "kind": "Cluster",
        "metadata": wanted.metadata,
        "spec": {
            # Without services the webhook refuses: "spec.ClusterNetwork.Services must be defined" (the blueprint notes).
            "clusterNetwork": {
                "pods": {"cidrBlocks": list(wanted.pod_cidrs)},
                "services": {"cidrBlocks": list(wanted.service_cidrs)},
                "serviceDomain": wanted.service_domain,
            },
            "topology": chosen
            | {
                "version": wanted.version,
                "controlPlane": control,
                "workers": {"machineDeployments": [_pool(pool, wanted, old=old) for pool in wanted.pools]},
                "variables": _older(wanted) if old else _newer(wanted),
            },
        },
    }
    return [cluster] if not (old and wanted.trusted_cas) else [_trust_secret(wanted), cluster]


def _pool(pool: Pool, wanted: Wanted, *, old: bool) -> dict[str, Any]:
    overrides: list[dict[str, Any]] = [_variable("vmClass", pool.vm_class)]
    if pool.storage_class:
        overrides.append(_variable("storageClass", pool.storage_class))
    taints = [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in pool.taints]
    if old:
        if pool.volumes:
            overrides.append(_variable("nodePoolVolumes", [_older_volume(one, pool, wanted) for one in pool.volumes]))
        if pool.labels:
            overrides.append(_variable("nodePoolLabels", [{"key": key, "value": value} for key, value in sorted(pool.labels.items())]))
        if taints:
            overrides.append(_variable("nodePoolTaints", taints))
    else:
        if pool.volumes:
            overrides.append(_variable("volumes", [_newer_volume(one, pool, wanted) for one in pool.volumes]))
        node = ({"labels": dict(pool.labels)} if pool.labels else {}) | ({"taints": taints} if taints else {})
        if node:
            overrides.append(_variable("node", node))
    found: dict[str, Any] = {
        "class": WORKER_CLASS,
        "name": pool.name,
        "replicas": pool.replicas,
        "variables": {"overrides": overrides},
    }
    if pool.failure_domain:
        found["failureDomain"] = pool.failure_domain
    if wanted.os_name:
        found["metadata"] = {"annotations": {OS_IMAGE_ANNOTATION: f"os-name={wanted.os_name}"}}
    return found


def _older(wanted: Wanted) -> list[dict[str, Any]]:
    found = [
        _variable("vmClass", wanted.control_plane_vm_class),
        _variable("storageClass", wanted.storage_class),
        _variable("defaultStorageClass", wanted.default_class),
        _variable("storageClasses", list(wanted.classes)),
    ]
    if wanted.proxy:
        proxy = {"httpProxy": wanted.proxy.http, "httpsProxy": wanted.proxy.https, "noProxy": list(wanted.proxy.no_proxy)}
        found.append(_variable("proxy", proxy))
    if wanted.trusted_cas:
        found.append(_variable("trust", {"additionalTrustedCAs": [{"name": name} for name in sorted(wanted.trusted_cas)]}))
    return found


def _newer(wanted: Wanted) -> list[dict[str, Any]]:
    volumes = {"availableStorageClasses": list(wanted.classes), "defaultStorageClass": wanted.default_class}
    found = [
        _variable("vmClass", wanted.control_plane_vm_class),
        _variable("storageClass", wanted.storage_class),
        _variable("vsphereOptions", {"persistentVolumes": volumes}),
    ]
    system: dict[str, Any] = {}
    if wanted.proxy:
        system["systemProxy"] = {"http": wanted.proxy.http, "https": wanted.proxy.https, "noProxy": list(wanted.proxy.no_proxy)}
    if wanted.trusted_cas:
        certificates = [{"caCert": {"content": pem}} for _, pem in sorted(wanted.trusted_cas.items())]
        system["trust"] = {"additionalTrustedCAs": certificates}
    if system:
        found.append(_variable("osConfiguration", system))
    return found


def _older_volume(volume: Volume, pool: Pool, wanted: Wanted) -> dict[str, Any]:
    return _newer_volume(volume, pool, wanted) | {"capacity": {"storage": volume.capacity}}


def _newer_volume(volume: Volume, pool: Pool, wanted: Wanted) -> dict[str, Any]:
    return {
        "name": volume.name,
        "mountPath": volume.mount_path,
        "capacity": volume.capacity,
        "storageClass": volume.storage_class or pool.storage_class or wanted.storage_class,
    }


def _variable(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value": value}


def _trust_secret(wanted: Wanted) -> dict[str, Any]:
    """The Secret that the variable ``trust`` names keys of; values are in base64 once more than a Secret has them anyway."""
    twice = {name: base64.b64encode(base64.b64encode(pem.encode())).decode() for name, pem in sorted(wanted.trusted_cas.items())}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"{wanted.name}-user-trusted-ca-secret", "namespace": wanted.namespace},
        "type": "Opaque",
        "data": twice,
    }
