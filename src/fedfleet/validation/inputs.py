"""What a proof depends on, as one digest: images, settings and certificates of a site, and the routes to its partners.

Taken from what the cluster runs rather than from the inventory: a change made by hand counts as well.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fedfleet.kube import Client


def digest(parts: Iterable[Any]) -> str:
    """SHA-256 over the canonical JSON of ``parts``, its first 16 hexadecimal digits."""
    text = json.dumps(list(parts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def mounted_config(template: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the ConfigMaps and Secrets that a pod template mounts."""
    config_maps: set[str] = set()
    secrets: set[str] = set()
    for volume in template.get("spec", {}).get("volumes") or []:
        for source in (volume, *((volume.get("projected") or {}).get("sources") or [])):
            if "configMap" in source:
                config_maps.add(source["configMap"]["name"])
            if "secret" in source:
                secrets.add(source["secret"].get("secretName") or source["secret"].get("name"))
    return frozenset(config_maps), frozenset(secrets)


def public_parts(secret: Mapping[str, Any]) -> dict[str, str]:
    """The certificates in a Secret: what is not a key, and nothing of Secrets that hold no certificate."""
    return {name: value for name, value in (secret.get("data") or {}).items() if name.endswith((".cert.pem", ".crt"))}


def site_digest(client: Client, namespace: str) -> str:
    """The digest of everything that runs in ``namespace``.

    Raises:
        fedfleet.kube.KubeError: the cluster cannot be asked.
    """
    templates: dict[str, Any] = {}
    config_maps: set[str] = set()
    secrets: set[str] = set()
    for kind in ("Deployment", "StatefulSet"):
        for workload in client.list(kind, namespace):
            template = workload["spec"]["template"]
            templates[f"{kind}/{workload['metadata']['name']}"] = template["spec"]
            named = mounted_config(template)
            config_maps |= named[0]
            secrets |= named[1]
    settings = {
        item["metadata"]["name"]: item.get("data")
        for item in client.list("ConfigMap", namespace)
        if item["metadata"]["name"] in config_maps
    }
    certificates = {name: public_parts(client.get("Secret", name, namespace) or {}) for name in sorted(secrets)}
    return digest([templates, settings, certificates])
