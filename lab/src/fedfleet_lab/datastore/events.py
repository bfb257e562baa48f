"""Events on claims and snapshots, where `kubectl describe` shows them."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from fedfleet_lab.datastore.kinds import EVENT, PROVISIONER

if TYPE_CHECKING:
    from fedfleet_lab.kubeapi import KubeApi, Object

# The API refuses longer messages (k8s.io/kubernetes/pkg/apis/core/validation/events.go).
_LONGEST_MESSAGE = 1024


class Events:
    """Tells users what became of their objects; the same message again only raises its count."""

    def __init__(self, api: KubeApi) -> None:
        self._api = api

    def normal(self, item: Object, reason: str, message: str) -> None:
        """Says that something went as it should."""
        self._say(item, "Normal", reason, message)

    def warning(self, item: Object, reason: str, message: str) -> None:
        """Says what is wrong."""
        self._say(item, "Warning", reason, message)

    def _say(self, item: Object, severity: str, reason: str, message: str) -> None:
        metadata = item["metadata"]
        namespace = metadata.get("namespace", "default")
        text = message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1] + "…"
        same = hashlib.sha256(f"{metadata['uid']} {reason} {text}".encode()).hexdigest()[:16]
        name = f"{metadata['name'][:200]}.{same}"
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        known = self._api.get(EVENT.path(namespace, name))
        if known is not None:
            self._api.patch(EVENT.path(namespace, name), {"count": known.get("count", 1) + 1, "lastTimestamp": now})
            return
        self._api.create(
            EVENT,
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": name, "namespace": namespace},
                "involvedObject": {
                    "apiVersion": item["apiVersion"],
                    "kind": item["kind"],
                    "name": metadata["name"],
                    "namespace": metadata.get("namespace", ""),
                    "uid": metadata["uid"],
                    "resourceVersion": metadata["resourceVersion"],
                },
                "type": severity,
                "reason": reason,
                "message": text,
                "source": {"component": PROVISIONER},
                "count": 1,
                "firstTimestamp": now,
                "lastTimestamp": now,
            },
        )
