"""How a site logs in to vCenter is read from its inventory when it is needed; whoever may switch machines can be another."""

from pathlib import Path

import pytest

from fedfleet.sites import NoVcenterError, VcenterLogin, vcenter_login

HOSTS = """\
parties:
  hosts:
    north: {party_id: 30000, cluster_vcenter_username: north@vsphere.local}
    south: {party_id: 40000, cluster_vcenter_hostname: ""}
"""
ALL = """\
cluster_vcenter_hostname: vcenter.north
cluster_vcenter_password: "{{ lookup('ansible.builtin.file', inventory_dir ~ '/../password') }}"
cluster_vcenter_ca_file: "{{ inventory_dir }}/{{ authorities | default('ca') }}.pem"
"""


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    directory = tmp_path / "site"
    (directory / "group_vars").mkdir(parents=True)
    (directory / "hosts.yml").write_text(HOSTS)
    (directory / "group_vars" / "all.yml").write_text(ALL)
    (tmp_path / "password").write_text("from a vault")
    return directory


def test_the_inventory_says_it_with_templates_and_extra_variables(inventory: Path) -> None:
    found = vcenter_login(inventory, "north", ["authorities=other"], {})
    assert found == VcenterLogin("vcenter.north", "north@vsphere.local", "from a vault", str(inventory / "other.pem"))


def test_who_may_switch_machines_can_be_another(inventory: Path) -> None:
    found = vcenter_login(inventory, "north", (), {"VCENTER_USER": "drills@vsphere.local", "VCENTER_PASSWORD": "theirs"})
    assert (found.host, found.username, found.password) == ("vcenter.north", "drills@vsphere.local", "theirs")


def test_a_password_alone_names_nobody(inventory: Path) -> None:
    found = vcenter_login(inventory, "north", (), {"VCENTER_PASSWORD": "theirs"})
    assert (found.username, found.password) == ("north@vsphere.local", "from a vault")


def test_the_environment_can_say_all_of_it(inventory: Path) -> None:
    said = {"VCENTER_HOST": "vcenter.south", "VCENTER_USER": "me", "VCENTER_PASSWORD": "mine", "VCENTER_CA": "/ca.pem"}
    assert vcenter_login(inventory, "south", (), said) == VcenterLogin("vcenter.south", "me", "mine", "/ca.pem")


def test_where_nothing_says_it_that_is_told(inventory: Path) -> None:
    with pytest.raises(NoVcenterError, match=r"cluster_vcenter_hostname.*VCENTER_HOST.*site south"):
        vcenter_login(inventory, "south", (), {})


def test_a_password_is_in_no_text_of_it() -> None:
    assert "secret" not in repr(VcenterLogin("vcenter", "me", "secret"))
