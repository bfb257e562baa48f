"""MetalLB as a part of the lab."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.addons.catalogue import METALLB
from fedfleet_lab.addons.kinds import ensure_kinds
from fedfleet_lab.addons.manifests import render
from fedfleet_lab.addons.rollout import Workload
from fedfleet_lab.config import REGISTRY_NAME

if TYPE_CHECKING:
    from fedfleet_lab.context import Context

VERSION = "0.16.1"
_NAMESPACE = "metallb-system"
_CONTROLLER = Workload("deployment", "controller", _NAMESPACE, "component=controller")
_SPEAKERS = Workload("daemonset", "speaker", _NAMESPACE, "component=speaker")
# The first start pulls the image.
_TIMEOUT = 120.0


@dataclass(frozen=True)
class LoadBalancer:
    """Keeps the load balancer."""

    name: str = "load-balancer"
    title: str = "start the load balancer"

    def up(self, ctx: Context) -> None:
        """Applies MetalLB and waits until it gives and answers for addresses."""
        ensure_kinds(ctx, ctx.artefacts.path(METALLB))
        values = {
            "addresses": ctx.config.load_balancers,
            "image": f"{REGISTRY_NAME}/fedfleet/metallb:{VERSION}",
        }
        ctx.kubectl.apply(render("load-balancer", values))
        _ensure_key(ctx)
        _CONTROLLER.wait(ctx, _TIMEOUT)
        _SPEAKERS.wait(ctx, _TIMEOUT)

    def down(self, ctx: Context) -> None:
        """Leaves nothing outside of the cluster; addresses vanish with the nodes that answered for them."""

    def status(self, ctx: Context) -> ActionStatus:
        """Says how much of it is ready."""
        controllers, speakers = _CONTROLLER.ready(ctx), _SPEAKERS.ready(ctx)
        detail = f"{ctx.config.load_balancers}, {speakers[0]} of {speakers[1]} speakers"
        if controllers[0] == 0:
            detail += ", controller not ready"
        ok = 0 < controllers[1] == controllers[0] and 0 < speakers[1] == speakers[0]
        facts = {"addresses": str(ctx.config.load_balancers), "ready": speakers[0], "wanted": speakers[1]}
        return ActionStatus(self.name, ok, detail, facts)


def _ensure_key(ctx: Context) -> None:
    """Makes the key of the speakers' talk among themselves, once."""
    if ctx.kubectl.get("secret", "memberlist", _NAMESPACE) is not None:
        return
    key = base64.b64encode(secrets.token_bytes(96))
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "memberlist", "namespace": _NAMESPACE},
        "data": {"secretkey": base64.b64encode(key).decode()},
    }
    ctx.kubectl.apply([secret])
