"""From a login to vCenter to a proven federation: three organisations by files alone, each on a cluster of its own, and all of them on one cluster."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.datacentre import folder, machines
from support.federation import Federation
from support.lab import RunningLab
from support.organisations import Organisation, send_admission, send_card

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(3600)]

SITES = ("party40000", "party30000", "exchange")


def remove(site: Federation, name: str, *arguments: str) -> None:
    """Take a site away with its data."""
    wanted = {"remove_site": name, "remove_confirm": name, "remove_data": True}
    site.play("-e", json.dumps(wanted), *arguments, playbook="playbooks/remove.yml").expect()


def test_three_organisations_come_from_their_logins_to_a_proven_federation(
    datacentre_with_images: RunningLab, tmp_path: Path, vcenter: Any
) -> None:
    names = ("exchange", "party30000", "party40000")
    made = {name: Organisation.from_vcenter(name, tmp_path, datacentre_with_images) for name in names}
    exchange, north, south = made.values()

    exchange.play().expect()
    for party in (north, south):
        party.play().expect()
        assert party.state == "awaiting-admission"
    for party_id, party in ((30000, north), (40000, south)):
        send_card(party, party_id, exchange)
    exchange.play().expect()
    for party_id, party in ((30000, north), (40000, south)):
        send_admission(exchange, party_id, party)
    # The first meets a partner that is still silent.
    for party in (north, south, north):
        party.play().expect()

    assert [party.state for party in made.values()] == ["validated"] * 3
    stages = [stage.name for stage in north.report().stages]
    assert stages[1:4] == ["Preflight", "Prepare the provider", "Provision"]
    assert "changed=0" in north.play().expect().output
    for name in SITES:
        remove(made[name].federation, name)
    assert machines(vcenter) == {}


def test_all_sites_can_share_a_cluster(datacentre_with_images: RunningLab, tmp_path: Path, vcenter: Any) -> None:
    shared = Federation.copied("vcenter", tmp_path, datacentre_with_images, "standalone")
    topology = ("-e", "lab_topology=shared")

    shared.play(*topology).expect()

    assert {site.state for site in shared.report().sites} == {"validated"}
    assert {name.rpartition("-")[0] for name in machines(vcenter)} == {"fl-shared-a", "fl-shared-a-workers"}
    assert "changed=0" in shared.play(*topology).expect().output
    for name in SITES:
        remove(shared, name, *topology)
    assert machines(vcenter) == {}
    assert not (folder(datacentre_with_images) / "kubeconfigs" / "shared").exists()
