"""The datastore as a part of the lab: disks, mounts, classes, and the provisioner's process."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.addons.catalogue import SNAPSHOT_KINDS
from fedfleet_lab.addons.kinds import ensure_kinds
from fedfleet_lab.cluster.identities import Identities
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.datastore.layout import DEFAULT_DISK_SIZE, GIB, Datastore

if TYPE_CHECKING:
    from fedfleet_lab.context import Context
    from fedfleet_lab.datastore.pool import PoolStatus

PROCESS = "datastore"
_PACKAGE = "fedfleet_lab.datastore"
# Group snapshots are another API, which the provisioner does not serve.
_KINDS = "snapshot.storage.k8s.io_*.yaml"


def datastore_of(ctx: Context) -> Datastore:
    """Returns the datastore of a lab."""
    size = DEFAULT_DISK_SIZE if ctx.disk_gib is None else ctx.disk_gib * GIB
    label = f"ff-{ctx.config.name}"
    return Datastore(mounts=ctx.paths.datastore, disks=ctx.paths.lab / "disks", label=label, disk_size=size)


@dataclass(frozen=True)
class Storage:
    """Keeps the datastore mounted and its provisioner at work."""

    name: str = "datastore"
    title: str = "open the datastore"

    def up(self, ctx: Context) -> None:
        """Mounts the pools, makes the classes known and starts the provisioner."""
        datastore_of(ctx).open()
        ensure_kinds(ctx, ctx.artefacts.path(SNAPSHOT_KINDS), _KINDS)
        manifests = yaml.safe_load_all(files(_PACKAGE).joinpath("manifests.yml").read_text())
        # A cell's classes are its vSphere Namespace's.
        ctx.kubectl.apply(item for item in manifests if not (ctx.config.outer and item["kind"] == "StorageClass"))
        ctx.daemons.ensure(_provisioner(ctx))

    def down(self, ctx: Context) -> None:
        """Stops the provisioner, unmounts the pools and gives the loop devices back."""
        ctx.daemons.stop(PROCESS)
        datastore_of(ctx).close()

    def status(self, ctx: Context) -> ActionStatus:
        """Says how the pools and their disks are, and whether the provisioner runs."""
        pools = datastore_of(ctx).status()
        running = ctx.daemons.running(PROCESS) is not None
        detail = "; ".join(_pool_line(pool) for pool in pools) + ("" if running else "; provisioner not running")
        facts = {"provisioner": running, "pools": {pool.name: _pool_facts(pool) for pool in pools}}
        return ActionStatus(self.name, running and all(pool.healthy for pool in pools), detail, facts)


def _provisioner(ctx: Context) -> Daemon:
    kubeconfig = Identities(ctx.config, ctx.paths).service("datastore")
    datastore = datastore_of(ctx)
    options = {
        "kubeconfig": kubeconfig,
        "mounts": datastore.mounts,
        "disks": datastore.disks,
        "label": datastore.label,
    }
    argv = (sys.executable, "-m", _PACKAGE, *(f"--{name}={value}" for name, value in options.items()))
    # Another version of the program is another provisioner.
    sources = tuple(sorted(Path(__file__).parent.glob("*.py")))
    return Daemon(PROCESS, argv, inputs=(kubeconfig, *sources))


def _pool_line(pool: PoolStatus) -> str:
    if pool.usage is None:
        return f"{pool.name} not mounted"
    disks = ", ".join(f"{disk.name} {disk.state}" + (f" ({disk.errors})" * bool(disk.errors)) for disk in pool.disks)
    return f"{pool.name} {pool.usage.used >> 20} of {pool.usage.capacity >> 20} MiB ({disks})"


def _pool_facts(pool: PoolStatus) -> dict[str, Any]:
    return {
        "mount": str(pool.mount),
        "capacity_bytes": pool.usage.capacity if pool.usage else None,
        "used_bytes": pool.usage.used if pool.usage else None,
        "disks": {
            disk.name: {
                "state": str(disk.state),
                "errors": disk.errors,
                "size_bytes": disk.size,
                "taken_bytes": disk.taken,
            }
            for disk in pool.disks
        },
    }


ACTIONS = (Storage(),)
