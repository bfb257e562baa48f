"""CoreDNS as a part of the lab."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.addons.manifests import render
from fedfleet_lab.addons.rollout import Workload
from fedfleet_lab.config import CLUSTER_DOMAIN, REGISTRY_NAME

if TYPE_CHECKING:
    from typing import Any

    from fedfleet_lab.config import LabConfig
    from fedfleet_lab.context import Context

VERSION = "1.15.0"
_WORKLOAD = Workload("deployment", "coredns", "kube-system", "k8s-app=kube-dns")
# The first start pulls the image.
_TIMEOUT = 120.0


@dataclass(frozen=True)
class NameServer:
    """Keeps the cluster's name server."""

    name: str = "name-server"
    title: str = "start the name server"

    def up(self, ctx: Context) -> None:
        """Applies CoreDNS and waits until it answers."""
        ctx.kubectl.apply(name_server_objects(ctx.config))
        _WORKLOAD.wait(ctx, _TIMEOUT)

    def down(self, ctx: Context) -> None:
        """Leaves nothing outside of the cluster."""

    def status(self, ctx: Context) -> ActionStatus:
        """Says how many replicas are ready."""
        ready, wanted = _WORKLOAD.ready(ctx)
        detail = f"{ready} of {wanted} replicas at {ctx.config.dns_service}"
        facts = {"address": str(ctx.config.dns_service), "ready": ready, "wanted": wanted}
        return ActionStatus(self.name, 0 < wanted == ready, detail, facts)


def name_server_objects(config: LabConfig) -> list[dict[str, Any]]:
    """Returns CoreDNS for this lab: two replicas where there are nodes for them."""
    values = {
        "address": config.dns_service,
        "cluster_domain": CLUSTER_DOMAIN,
        "image": f"{REGISTRY_NAME}/fedfleet/coredns:{VERSION}",
        "replicas": min(2, config.node_count),
        "config_digest": "",
    }
    settings = next(item for item in render("name-server", values) if item["kind"] == "ConfigMap")
    digest = hashlib.sha256(json.dumps(settings["data"], sort_keys=True).encode()).hexdigest()[:16]
    return render("name-server", {**values, "config_digest": digest})
