"""What a lab leaves on the machine while it is up, and must not when it is down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fedfleet_lab.command import run
from fedfleet_lab.host.cgroups import groups_of
from fedfleet_lab.host.shared import mounts_below
from fedfleet_lab.processes import tagged

if TYPE_CHECKING:
    from fedfleet_lab.context import Context


def find(ctx: Context) -> list[str]:
    """Returns every trace of the lab outside of its folder, in words; empty after a proper `down`."""
    return [
        *(f"process {process.pid}" for process in tagged(ctx.daemons.tag)),
        *(f"mount {place}" for place in mounts_below(ctx.paths.lab)),
        *(f"control group {group}" for group in groups_of(ctx.config.name)),
        *_links(ctx),
        *_routes(ctx),
        *_loop_devices(ctx),
    ]


def _links(ctx: Context) -> list[str]:
    names = {link["ifname"] for link in json.loads(run(["ip", "-json", "link", "show"]).stdout)}
    bridge = ctx.config.bridge
    return [f"link {name}" for name in sorted(names) if name == bridge or name.startswith(f"{bridge}-")]


def _routes(ctx: Context) -> list[str]:
    if not ctx.paths.record.exists():
        return []
    listing = run(["ip", "-json", "route", "show", "root", str(ctx.config.network)]).stdout
    return [f"route {route.get('type', '')} {route['dst']}" for route in json.loads(listing or "[]")]


def _loop_devices(ctx: Context) -> list[str]:
    if not ctx.paths.record.exists():
        return []
    listing = run(["losetup", "--json", "--list", "--output", "NAME,BACK-FILE"]).stdout
    devices = json.loads(listing)["loopdevices"] if listing.strip() else []
    folder = f"{ctx.paths.lab}/"
    return [f"loop device {device['name']}" for device in devices if (device["back-file"] or "").startswith(folder)]
