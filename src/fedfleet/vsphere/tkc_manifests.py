"""The ``TanzuKubernetesCluster`` of a workload cluster: run.tanzu.vmware.com v1alpha3, v1alpha2 or v1alpha1.

Fields are those of tanzu-framework v0.28.3 apis/run/v1alpha2 (v1alpha3 has the same) and of the older v1alpha1 types.
"""

from __future__ import annotations

import base64
from typing import Any

from fedfleet.vsphere import errors
from fedfleet.vsphere.workload_specs import Pool, Wanted

VERSIONS = ("run.tanzu.vmware.com/v1alpha3", "run.tanzu.vmware.com/v1alpha2", "run.tanzu.vmware.com/v1alpha1")


def build(wanted: Wanted, api_version: str = VERSIONS[0]) -> list[dict[str, Any]]:
    """The objects to apply.

    Raises:
        SettingsError: v1alpha1 cannot express what is wanted.
    """
    spec = _first(wanted) if api_version == VERSIONS[2] else _later(wanted)
    return [{"apiVersion": api_version, "kind": "TanzuKubernetesCluster", "metadata": wanted.metadata, "spec": spec}]


def _later(wanted: Wanted) -> dict[str, Any]:
    release = {"tkr": {"reference": {"name": wanted.release}}}
    network = _network(wanted)
    if wanted.proxy:
        network["proxy"] = {"httpProxy": wanted.proxy.http, "httpsProxy": wanted.proxy.https, "noProxy": list(wanted.proxy.no_proxy)}
    if wanted.trusted_cas:
        certificates = [{"name": name, "data": base64.b64encode(pem.encode()).decode()} for name, pem in sorted(wanted.trusted_cas.items())]
        network["trust"] = {"additionalTrustedCAs": certificates}
    control = {
        "replicas": wanted.control_plane_replicas,
        "vmClass": wanted.control_plane_vm_class,
        "storageClass": wanted.storage_class,
    }
    return {
        "topology": {"controlPlane": control | release, "nodePools": [_pool(pool, wanted) | release for pool in wanted.pools]},
        "settings": {"storage": _storage(wanted), "network": network},
    }


def _pool(pool: Pool, wanted: Wanted) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": pool.name,
        "replicas": pool.replicas,
        "vmClass": pool.vm_class,
        "storageClass": pool.storage_class or wanted.storage_class,
    }
    if pool.volumes:
        found["volumes"] = [
            {"name": one.name, "mountPath": one.mount_path, "capacity": {"storage": one.capacity}}
            | ({"storageClass": one.storage_class} if one.storage_class else {})
            for one in pool.volumes
        ]
    if pool.labels:
        found["labels"] = dict(pool.labels)
    if pool.taints:
        found["taints"] = [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in pool.taints]
    if pool.failure_domain:
        found["failureDomain"] = pool.failure_domain
    return found


def _first(wanted: Wanted) -> dict[str, Any]:
    pool = wanted.pools[0]
    beyond = [
        text
        for text, there in (
            (f"{len(wanted.pools)} pools of workers", len(wanted.pools) > 1),
            ("volumes of nodes", any(one.volumes for one in wanted.pools)),
            ("labels or taints of nodes", any(one.labels or one.taints for one in wanted.pools)),
            ("a proxy", wanted.proxy is not None),
            ("certificates to trust", bool(wanted.trusted_cas)),
        )
        if there
    ]
    if beyond:
        raise errors.SettingsError(
            f"This Supervisor cannot make cluster {wanted.name} as it is wanted",
            expected="what TanzuKubernetesCluster v1alpha1 has: one pool of workers, without volumes, labels, taints, proxy or certificates",
            found=", ".join(beyond),
            where=f"{wanted.namespace}/{wanted.name}",
            next_step="Upgrade the Supervisor, or want less",
        )
    control = {
        "count": wanted.control_plane_replicas,
        "class": wanted.control_plane_vm_class,
        "storageClass": wanted.storage_class,
    }
    workers = {"count": pool.replicas, "class": pool.vm_class, "storageClass": pool.storage_class or wanted.storage_class}
    return {
        "topology": {"controlPlane": control, "workers": workers},
        "distribution": {"version": wanted.version},
        "settings": {"storage": _storage(wanted), "network": _network(wanted)},
    }


def _storage(wanted: Wanted) -> dict[str, Any]:
    # Without defaultClass the cluster has no default class.
    return {"classes": list(wanted.classes), "defaultClass": wanted.default_class}


def _network(wanted: Wanted) -> dict[str, Any]:
    found: dict[str, Any] = {
        "pods": {"cidrBlocks": list(wanted.pod_cidrs)},
        "services": {"cidrBlocks": list(wanted.service_cidrs)},
        "serviceDomain": wanted.service_domain,
    }
    return found | ({"cni": {"name": wanted.cni}} if wanted.cni else {})
