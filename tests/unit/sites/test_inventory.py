"""An inventory is read as a run would read it, and its sites come out typed."""

import textwrap
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from fedfleet.federation.external import ExternalPulsar
from fedfleet.sites import InventoryError, InventorySite, UnknownSiteError, read_sites, site_named

HOSTS = """\
exchanges: {hosts: {exchange: {}}}
parties:
  hosts:
    north: {party_id: 30000, organisation: Hospital North}
    south: {party_id: 40000, site_namespace: learning, fate_profile: standalone, cluster_domain: south.local, fate_pulsar_external: {host: pulsar.south}}
"""
ALL = """\
federation_name: lab
federation_domain: fate.lab.internal
folder: "{{ inventory_dir }}/keys"
cluster_kubeconfig: "{{ folder }}/{{ inventory_hostname }}"
"""


def inventory(directory: Path, hosts: str = HOSTS, everywhere: str = ALL) -> Path:
    (directory / "group_vars").mkdir()
    (directory / "hosts.yml").write_text(hosts)
    (directory / "group_vars" / "all.yml").write_text(everywhere)
    return directory


def test_templates_defaults_and_extra_variables_are_resolved_for_each_host(tmp_path: Path) -> None:
    found = read_sites(inventory(tmp_path), ["cluster_context=admin"])

    assert [(site.name, site.kind, site.party_id) for site in found] == [
        ("exchange", "exchange", None),
        ("north", "party", "30000"),
        ("south", "party", "40000"),
    ]
    assert [site.namespace for site in found] == ["fate-exchange", "fate-30000", "learning"]
    assert [site.fate_profile for site in found] == ["", "spark", "standalone"]
    assert found[1].kubeconfig == str(tmp_path / "keys" / "north")
    assert found[1].context == "admin"
    assert found[1].directory == tmp_path
    assert [site.cluster_domain for site in found] == ["cluster.local", "cluster.local", "south.local"]
    assert [site.external.pulsar for site in found] == [None, None, ExternalPulsar(host="pulsar.south")]
    assert [site.external.parts for site in found] == [(), (), ("pulsar",)]


def test_how_many_of_a_component_a_party_has_is_its_profiles_unless_it_says_otherwise(tmp_path: Path) -> None:
    sized = HOSTS.replace("organisation: Hospital North", "site_profile: production, fate_sizing: {replicas: {datanode: 5}}")
    exchange, north, south = read_sites(inventory(tmp_path, sized))
    assert exchange.replicas == {}
    assert north.replicas == {"spark-worker": 3, "datanode": 5}
    assert south.replicas == {"spark-worker": 2, "datanode": 2}


def test_the_configuration_beside_the_inventory_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    directory, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    directory.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (tmp_path / "password").write_text("open sesame")
    (tmp_path / "ansible.cfg").write_text("[defaults]\nvault_password_file = password\n")
    vaulted = VaultLib([("default", VaultSecret(b"open sesame"))]).encrypt(b"secretly").decode()
    everywhere = ALL + "cluster_context: !vault |\n" + textwrap.indent(vaulted, "  ")
    assert read_sites(inventory(directory, everywhere=everywhere))[0].context == "secretly"


def test_a_missing_variable_is_named_with_its_host(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"domain: .*host exchange"):
        read_sites(inventory(tmp_path, everywhere="federation_name: lab\n"))


def test_what_ansible_cannot_read_is_told_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"hosts\.yml"):
        read_sites(inventory(tmp_path, hosts="parties: ["))


def test_an_inventory_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="There is no inventory"):
        read_sites(tmp_path / "nothing")


def site(name: str, party_id: str) -> InventorySite:
    return InventorySite(
        name=name,
        kind="party",
        party_id=party_id,
        federation="lab",
        domain="fate.lab.internal",
        namespace=f"fate-{party_id}",
        directory=Path(),
    )


def test_a_site_is_found_by_name_or_party_id() -> None:
    sites = [site("north", "30000"), site("south", "40000")]

    assert site_named(sites, "south") == site_named(sites, "40000") == sites[1]


def test_the_only_party_needs_no_name() -> None:
    assert site_named([site("north", "30000")]).name == "north"


@pytest.mark.parametrize("name", ["", "west"])
def test_a_choice_that_is_not_clear_names_what_there_is(name: str) -> None:
    with pytest.raises(UnknownSiteError, match="north, south"):
        site_named([site("north", "30000"), site("south", "40000")], name)
