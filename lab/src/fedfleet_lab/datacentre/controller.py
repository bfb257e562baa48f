"""The data centre's controller: power, namespaces and clusters, each in rounds of its own."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NoReturn

from pyVmomi import vim

from fedfleet_lab import lab
from fedfleet_lab.datacentre.admissible import Offer
from fedfleet_lab.datacentre.cells import Cells
from fedfleet_lab.datacentre.clusters import Clusters
from fedfleet_lab.datacentre.desired import of_cluster
from fedfleet_lab.datacentre.doors import Doors
from fedfleet_lab.datacentre.hypervisor import Hypervisor
from fedfleet_lab.datacentre.kinds import CLUSTER, RELEASE
from fedfleet_lab.datacentre.namespaces import Namespaces, class_name
from fedfleet_lab.datacentre.simulated import HYPERVISOR, password, simulator, user
from fedfleet_lab.datacentre.vms import Size, Vms
from fedfleet_lab.errors import LabError
from fedfleet_lab.kubeapi import KubeApi

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from fedfleet_lab.context import Context
    from fedfleet_lab.datacentre.doors import Wishes
    from fedfleet_lab.datacentre.hypervisor import Delays
    from fedfleet_lab.kubeapi import Object

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
        self._clusters = Clusters(self._api, self._vms, cells, self._doors, lab.down)
        self._busy: dict[str, Future[None]] = {}
        self._pool = ThreadPoolExecutor(thread_name_prefix="cluster")

    def run(self) -> NoReturn:
        """Works until the process ends."""
        threading.Thread(target=self._for_ever, args=(self._hypervisor.round, _POWER), name="power", daemon=True).start()
        self._for_ever(self._wishes_round, _WISHES)

    def _for_ever(self, work: Callable[[], None], pause: float) -> NoReturn:
        while True:
            try:
                work()
            except LabError as error:
                _LOG.warning("%s", error)
            except (vim.fault.NotAuthenticated, OSError) as error:
                _LOG.warning("the vCenter's session is over: %s", error)
                self._reconnect()
            except Exception:
                # What one round could not do, the next one tries.
                _LOG.exception("a round failed")
            time.sleep(pause)

    def _reconnect(self) -> None:
        try:
            self._vms.connect()
        except LabError as error:
            _LOG.warning("%s", error)

    def _wishes_round(self) -> None:
        wishes = self._doors.wishes()
        self._namespaces.keep(wishes)
        releases = self._releases()
        for item in self._api.list(CLUSTER)[0]:
            key = item["metadata"]["uid"]
            work = self._busy.get(key)
            if work is None or work.done():
                self._busy[key] = self._pool.submit(self._advance, item, wishes, releases)

    def _advance(self, item: Object, wishes: Wishes, releases: dict[str, str]) -> None:
        namespace, name = item["metadata"]["namespace"], item["metadata"]["name"]
        try:
            self._clusters.advance(item, of_cluster(item), _offer(namespace, wishes, releases))
        except LabError as error:
            _LOG.warning("cluster %s/%s: %s", namespace, name, error)
        except Exception:
            # One cluster that is not as expected must not keep the others from coming up.
            _LOG.exception("cluster %s/%s", namespace, name)

    def _releases(self) -> dict[str, str]:
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
    return Offer(classes, policies, releases)
