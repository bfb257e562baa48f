"""Which variables there are comes from the roles' argument specs alone; what they are unless said, from the roles' defaults."""

from pathlib import Path

import pytest
import yaml

from fedfleet.errors import FedFleetError
from fedfleet.inventory.catalogue import Catalogue, Option, catalogue_of, read_catalogue
from fedfleet.inventory.names import name_fault

ROOT = Path(__file__).resolve().parents[3]
SPECS = {
    "pump": yaml.safe_load(
        """
        argument_specs:
          main:
            options:
              pump_port: {type: int, default: 1}
              pump_site: {type: str}
              pump_size: {type: str, choices: [small, large]}
              pump_path: {type: str}
              pump_parts: {type: list, elements: dict, options: {name: {type: str, required: true}}}
        """
    )
}
DEFAULTS = {
    "pump_port": 1,
    "pump_site": "{{ site }}",
    "pump_size": "{{ size | default('small') }}",
    "pump_path": "{{ folder }}/x",
    "pump_parts": [],
}
PLAYBOOK = yaml.safe_load("[{hosts: all, tasks: [{debug: {msg: '{{ said | upper }}'}, when: [wanted is defined]}]}]")


@pytest.fixture(scope="module")
def ours() -> Catalogue:
    return read_catalogue(ROOT)


def test_options_of_roles_are_known_with_what_they_take() -> None:
    assert catalogue_of(SPECS, DEFAULTS).options["pump_port"] == (Option(type="int"),)


def test_elements_of_a_list_have_fields() -> None:
    (option,) = catalogue_of(SPECS, DEFAULTS).options["pump_parts"]
    assert option.elements == Option(type="dict", options={"name": Option(required=True)})


def test_a_variable_that_a_default_hands_through_takes_what_the_option_takes() -> None:
    assert catalogue_of(SPECS, DEFAULTS).options["size"] == (Option(choices=("small", "large")),)


def test_a_variable_that_a_default_makes_something_of_is_not_typed() -> None:
    assert "folder" not in catalogue_of(SPECS, DEFAULTS).options


def test_what_playbooks_read_is_known() -> None:
    catalogue = catalogue_of(SPECS, DEFAULTS, [PLAYBOOK])
    assert catalogue.knows("said")
    assert catalogue.knows("wanted")


@pytest.mark.parametrize(
    "shared", ["federation_name", "federation_domain", "party_id", "organisation", "fedfleet_registry", "site_profile", "public_endpoint"]
)
def test_what_our_roles_share_is_known(ours: Catalogue, shared: str) -> None:
    assert shared in ours.options


def test_intents_of_storage_classes_are_known(ours: Catalogue) -> None:
    assert set(ours.options["storage_classes"][0].options) == {"database", "stream", "files", "dataset", "notebook"}


def test_sizes_have_the_shape_of_the_profiles(ours: Catalogue) -> None:
    """Holds the spec of fate_sizing against the profiles that it changes numbers of."""

    def shape(value: object) -> object:
        return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else None

    def spec(option: Option) -> object:
        return {name: spec(inner) for name, inner in option.options.items()} or None

    profile = yaml.safe_load((ROOT / "roles/fate/vars/main.yml").read_text())["__fate_sizes"]["lab"]
    free = {name: {"requests": None, "limits": None} for name in profile["resources"]}

    assert spec(ours.options["fate_sizing"][0]) == shape(profile) | {"resources": free}  # type: ignore[operator]


def test_a_collection_without_roles_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FedFleetError, match="has no roles"):
        read_catalogue(tmp_path)


def test_what_is_found_out_of_a_cluster_before_the_inventory_of_all_sites_is_read_is_no_name_of_theirs() -> None:
    folder = ROOT / "roles" / "cluster" / "tasks"
    tasks = [task for name in ("existing", "vsphere") for task in yaml.safe_load((folder / name / "reach.yml").read_text())]
    facts = {name for task in tasks for name in task.get("ansible.builtin.set_fact", {})}
    catalogue = read_catalogue(ROOT)
    assert facts
    assert [name for name in facts if name_fault(name, catalogue)] == []
