"""Where variables are written is found without evaluating anything."""

from pathlib import Path

import pytest

from fedfleet.inventory import places_in, read_places
from fedfleet.inventory.places import scope_of

HOSTS = """\
all:
  vars:
    federation_name: north
  children:
    parties:
      hosts:
        clinic:
          party_id: 30000
        lab:
          party_id: 40000
"""


def test_a_variables_file_has_a_line_for_each_name() -> None:
    places = places_in({"group_vars/all.yml": "---\na: 1\n# b: 2\nc:\n  d: 3\n"})
    assert {name: places.where(name) for name in places.of} == {"a": "group_vars/all.yml:2", "c": "group_vars/all.yml:4"}


def test_a_hosts_file_tells_whose_a_variable_is() -> None:
    places = places_in({"hosts.yml": HOSTS})
    assert places.where("federation_name") == "hosts.yml:3"
    assert places.where("party_id", ["clinic", "parties", "all"]) == "hosts.yml:8"


def test_an_ini_file_tells_whose_a_variable_is() -> None:
    places = places_in({"hosts.ini": "[parties]\nclinic party_id=30000\n; lab party_id=1\n[parties:vars]\nsite_profile=lab\n"})
    assert places.where("party_id", ["clinic"]) == "hosts.ini:2"
    assert places.where("site_profile", ["parties"]) == "hosts.ini:5"


def test_a_variable_of_several_places_is_told_with_those_that_count() -> None:
    places = places_in({"group_vars/all.yml": "a: 1\n", "group_vars/parties.yml": "a: 2\n", "host_vars/lab.yml": "a: 3\n"})
    assert places.where("a", ["clinic", "parties", "all"]) == "group_vars/all.yml:1, group_vars/parties.yml:1"


@pytest.mark.parametrize(
    ("path", "scope"),
    [("i/group_vars/all.yml", "all"), ("i/host_vars/lab/secret.yml", "lab"), ("i/group_vars/all", "all"), ("i/hosts.yml", "")],
)
def test_a_file_is_for_the_host_or_group_of_its_name(path: str, scope: str) -> None:
    assert scope_of(Path(path)) == scope


def test_names_in_expressions_are_somebodys() -> None:
    assert {"lab_name", "lookup"} <= places_in({"group_vars/all.yml": "a: \"{{ lookup('env', lab_name) }}\"\n"}).read


def test_a_name_that_is_written_twice_is_told_with_both_lines() -> None:
    ((name, problem),) = places_in({"host_vars/x.yml": "a: 1\nb: 2\na: 3\n"}).doubts
    assert name == "a"
    assert str(problem) == "host_vars/x.yml:3: a is written twice, in lines 1 and 3, and only the second counts; remove one of them"


def test_a_host_that_is_written_twice_is_told() -> None:
    ((name, problem),) = places_in({"hosts.yml": "parties:\n  hosts:\n    clinic:\n    clinic:\n"}).doubts
    assert (name, "clinic is written twice" in str(problem)) == ("", True)


def test_a_number_that_yaml_reads_as_octal_is_told() -> None:
    ((_, problem),) = places_in({"host_vars/x.yml": "party_id: 030000\n"}).doubts
    assert "as the octal number 12288" in str(problem)


@pytest.mark.parametrize("text", ["$ANSIBLE_VAULT;1.1;AES256\n6162\n", "a: [\n", "", "- 1\n", "%\x00"])
def test_what_cannot_be_read_has_no_places(text: str) -> None:
    assert dict(places_in({"group_vars/all.yml": text}).of) == {}


def test_values_that_only_ansible_understands_are_passed_over() -> None:
    places = places_in({"group_vars/all.yml": "a: !vault |\n  x\nb: !unsafe '{{ c }}'\n"})
    assert list(places.of) == ["a", "b"]


def test_files_beside_a_hosts_file_are_found(tmp_path: Path) -> None:
    for name in ("hosts.yml", "group_vars/all.yml", "host_vars/lab/main.yml", "group_vars/all.yml~", "group_vars/.hidden.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"v{len(name)}: 1\n")
    (tmp_path / "group_vars" / "binary.yml").write_bytes(b"\xff\xfe")

    found = [read_places([source], tmp_path).of for source in (tmp_path, tmp_path / "hosts.yml")]

    assert found[0] == found[1]
    assert {str(place) for places in found[0].values() for place in places} == {"group_vars/all.yml:1", "host_vars/lab/main.yml:1"}
