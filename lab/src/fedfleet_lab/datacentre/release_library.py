"""The content library of a new data centre, from which its Supervisor has releases: what VMware publishes, as far as the lab has nodes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.vsphere import Client
from fedfleet_lab.datacentre.releases import images
from fedfleet_lab.datacentre.simulated import HYPERVISOR, password, simulator, user

if TYPE_CHECKING:
    from fedfleet_lab.context import Context

LIBRARY = "lab-releases"
_LIBRARIES = "/content/library"


def provide(ctx: Context) -> None:
    """Has the Supervisor use a library of all releases, unless it uses one already, which is then as somebody wants it.

    Raises:
        VsphereError: the vCenter does not answer, or refuses it.
    """
    vcenter = simulator(ctx)
    with Client.connect(
        vcenter.host, user(HYPERVISOR), password(ctx.paths, HYPERVISOR), ca_file=vcenter.authority.pair.certificate
    ) as client:
        rest = client.rest
        (cluster,) = rest.get("/vcenter/cluster")
        supervisor = f"/vcenter/namespace-management/clusters/{cluster['cluster']}"
        if rest.get(supervisor).get("default_kubernetes_service_content_library"):
            return
        known = rest.post(_LIBRARIES, {"name": LIBRARY}, {"action": "find"}, repeatable=True)
        library = known[0] if known else _make(client)
        have = {rest.get(f"{_LIBRARIES}/item/{item}")["name"] for item in rest.get(f"{_LIBRARIES}/item", {"library_id": library})}
        for name in sorted(set(images()) - have):
            rest.post(f"{_LIBRARIES}/item", {"library_id": library, "name": name, "type": "ovf"})
        rest.patch(supervisor, {"default_kubernetes_service_content_library": library})


def _make(client: Client) -> str:
    (datastore,) = client.rest.get("/vcenter/datastore")
    backing = {"type": "DATASTORE", "datastore_id": datastore["datastore"]}
    spec = {"name": LIBRARY, "description": "In the place of VMware's own (simulated)", "storage_backings": [backing]}
    return str(client.rest.post("/content/local-library", spec))
