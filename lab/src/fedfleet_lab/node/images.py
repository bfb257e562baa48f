"""Brings the images of the lab's registry onto its nodes, once for all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fedfleet_lab.host.registry_content import stored_images
from fedfleet_lab.node import disk, template
from fedfleet_lab.node.action import boot, wait_ready
from fedfleet_lab.node.machine import Machine

if TYPE_CHECKING:
    from fedfleet_lab.config import NodeConfig
    from fedfleet_lab.context import Context


def refresh_template(ctx: Context) -> int:
    """Makes the template hold what the registry holds; returns how many images that is.

    Raises:
        LabError: the registry does not answer, or an image cannot be unpacked.
    """
    images = stored_images(ctx.config.registry)
    if images:
        template.make(ctx, images)
        template.prune(ctx.paths)
    return len(images)


def adopt(ctx: Context, grace: float) -> list[NodeConfig]:
    """Power-cycles the nodes whose images are not the template's onto clones of it; returns these nodes.

    All at once: their pods start again anyway, and one after the other would take as many times as long.
    """
    stale = [node for node in ctx.config.nodes if not disk.images_current(ctx.paths, node)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda node: _empty(ctx, node, grace), stale))
    wait_ready(ctx, stale, boot(ctx, stale))
    template.prune(ctx.paths)
    return stale


def _empty(ctx: Context, node: NodeConfig, grace: float) -> None:
    Machine(ctx, node).shut_down(grace)
    disk.forget_images(ctx.paths, node)
