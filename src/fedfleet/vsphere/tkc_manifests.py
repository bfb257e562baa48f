"""The ``TanzuKubernetesCluster`` of a workload cluster: run.tanzu.vmware.com v1alpha3 or v1alpha2.

Fields are those of tanzu-framework v0.28.3 apis/run/v1alpha2/tanzukubernetescluster_types.go. The types of v1alpha3, which vSphere 8 serves
(GUID-C39463EE), were never published: that they have the same fields is our assumption, from manifests in use that have them (gist
munishpalmakhija/eb814730 of December 2024), and ``failureDomain``, which v1alpha3 alone has, is from VMware's planning guide of 8.0
(GUID-376EE3F0). v1alpha1 is not made: it has no volumes of nodes, says by ``status.phase`` alone how it is, and vSphere 7.0 Update 3 turns
what there is of it into v1alpha2 (GUID-DFF5574C).
"""

from __future__ import annotations

import base64
from typing import Any

from fedfleet.vsphere.workload_specs import Pool, Wanted

VERSIONS = ("run.tanzu.vmware.com/v1alpha3", "run.tanzu.vmware.com/v1alpha2")


def build(wanted: Wanted, api_version: str = VERSIONS[0]) -> list[dict[str, Any]]:
    """The objects to apply."""
    return [{"apiVersion": api_version, "kind": "TanzuKubernetesCluster", "metadata": wanted.metadata, "spec": _spec(wanted)}]


def _spec(wanted: Wanted) -> dict[str, Any]:
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
