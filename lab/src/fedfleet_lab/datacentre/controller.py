"""The data centre's controller: power, namespaces and clusters, each in rounds of its own."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from fedfleet.errors import FedFleetError
from fedfleet.vsphere import VsphereError
from fedfleet_lab import lab
from fedfleet_lab.datacentre import quotas
from fedfleet_lab.datacentre.admissible import Offer
from fedfleet_lab.datacentre.cells import Cells
from fedfleet_lab.datacentre.clusters import Clusters
from fedfleet_lab.datacentre.desired import of_cluster
from fedfleet_lab.datacentre.doors import Doors
from fedfleet_lab.datacentre.errands import Errands
from fedfleet_lab.datacentre.hypervisor import Hypervisor
from fedfleet_lab.datacentre.kinds import CLUSTER, RELEASE, TANZU_CLUSTER
from fedfleet_lab.datacentre.machine_objects import MachineObjects
from fedfleet_lab.datacentre.machines import Size
from fedfleet_lab.datacentre.namespaces import Namespaces, class_name
from fedfleet_lab.datacentre.releases import Releases
from fedfleet_lab.datacentre.simulated import HYPERVISOR, password, simulator, user
from fedfleet_lab.datacentre.tanzu import TanzuClusters
from fedfleet_lab.datacentre.vms import Vms
from fedfleet_lab.datastore.cache import key_of
from fedfleet_lab.kubeapi import KubeApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet_lab.context import Context
    from fedfleet_lab.datacentre.doors import Wishes
    from fedfleet_lab.datacentre.hypervisor import Delays
    from fedfleet_lab.kubeapi import Kind, Object

_LOG = logging.getLogger(__name__)

# Seconds between rounds.
_POWER, _WISHES = 0.7, 1.5


class Controller:
    """Makes true what people ask of the simulated vCenter and of its Supervisor."""

    def __init__(self, ctx: Context, delays: Delays) -> None:
        vcenter = simulator(ctx)
        self._api = KubeApi.of(ctx.paths.kubeconfig)
        self._doors = Doors.of(vcenter)
        self._vms = Vms(vcenter.host, user(HYPERVISOR), password(ctx.paths, HYPERVISOR), vcenter.authority.pair.certificate)
        cells = Cells(ctx)
        self._hypervisor = Hypervisor(self._vms, cells, delays)
        self._namespaces = Namespaces(ctx.kubectl, self._api, self._doors)
        self._releases = Releases(self._api)
        self._tanzu = TanzuClusters(self._api)
        self._clusters = Clusters(self._api, self._vms, cells, self._doors, lab.down, MachineObjects(self._api))
        self._errands = Errands("cluster")

    def run(self) -> NoReturn:
        """Works until the process ends."""
        threading.Thread(target=self._for_ever, args=(self._hypervisor.round, _POWER), name="power", daemon=True).start()
        self._for_ever(self._wishes_round, _WISHES)

    def _for_ever(self, work: Callable[[], None], pause: float) -> NoReturn:
        while True:
            try:
                work()
            except VsphereError as error:
                _LOG.warning("%s", error)
                self._vms.connect()
            except FedFleetError as error:
                _LOG.warning("%s", error)
            except Exception:
                # What one round could not do, the next one tries.
                _LOG.exception("a round failed")
            time.sleep(pause)

    def _wishes_round(self) -> None:
        wishes = self._doors.wishes()
        self._namespaces.keep(wishes)
        self._releases.keep(wishes.items)
        releases = self._usable()
        tanzu = self._by_subject(TANZU_CLUSTER)
        for subject, item in tanzu.items():
            self._errands.run(subject, partial(self._tanzu.advance, item))
        clusters = self._by_subject(CLUSTER)
        for subject, item in clusters.items():
            offer = _offer(item["metadata"]["namespace"], wishes, releases)
            self._errands.run(subject, partial(self._advance, item, offer))
        self._errands.keep(tanzu | clusters)

    def _by_subject(self, kind: Kind) -> dict[str, Object]:
        return {"/".join((kind.name, *key_of(item))): item for item in self._api.list(kind)[0]}

    def _advance(self, item: Object, offer: Offer) -> None:
        self._clusters.advance(item, of_cluster(item), offer)

    def _usable(self) -> dict[str, str]:
        """Returns usable releases: their names by version, as of `spec.version` and as of `spec.kubernetes.version`."""
        found = {}
        for release in self._api.list(RELEASE)[0]:
            conditions = {item["type"]: item["status"] for item in (release.get("status") or {}).get("conditions", [])}
            if conditions.get("Ready") == conditions.get("Compatible") == "True":
                found[release["spec"]["version"]] = release["metadata"]["name"]
        return found


def _offer(namespace: str, wishes: Wishes, releases: dict[str, str]) -> Offer:
    wanted = wishes.namespaces.get(namespace)
    if wanted is None:
        return Offer({}, (), releases)
    classes = {name: Size(*wishes.classes[name]) for name in wanted.classes if name in wishes.classes}
    policies = [class_name(wishes.policies[policy]) for policy in wanted.storage if policy in wishes.policies]
    limits = {quotas.MEMORY: wanted.memory_limit, quotas.STORAGE: wanted.storage_limit}
    limits |= {
        quotas.storage_of(class_name(wishes.policies[policy])): limit
        for policy, limit in wanted.storage.items()
        if policy in wishes.policies
    }
    return Offer(classes, policies, releases, {name: limit for name, limit in limits.items() if limit is not None})
