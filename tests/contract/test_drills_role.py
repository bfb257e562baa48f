"""Role drills has every site take its turn, writes the report in any case, and fails once all have been drilled."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import ROOT, run

# Stands in for the package of that name where the role runs it: writes down how it was called and what files it was given, and ends as a file beside it says
# for the site.
STAND_IN = """
import sys
from pathlib import Path

folder, words = Path(__file__).parents[2], sys.argv[1:]
site = words[words.index("--site") + 1] if "--site" in words else "all"
with (folder / "calls").open("a") as calls:
    print(*words, file=calls)
with (folder / "given").open("a") as given:
    for file in [Path(word[1:]) for word in words if word.startswith("@")]:
        print(site, oct(file.stat().st_mode & 0o777), file.read_text(), file=given)
        print(file, file=(folder / "files").open("a"))
print("said of", site)
ends = folder / f"ends-{site}"
sys.exit(int(ends.read_text()) if ends.exists() else 0)
"""


@dataclass
class Drilled:
    """A run of the role: what was called at which site, in that order, and what was said."""

    code: int
    output: str
    sites: list[str] = field(default_factory=list)
    chosen: set[str] = field(default_factory=set)
    reports: list[str] = field(default_factory=list)


def drilled(folder: Path, *arguments: str, ends: dict[str, int] | None = None, **variables: Any) -> Drilled:
    for site, code in (ends or {}).items():
        (folder / f"ends-{site}").write_text(str(code))
    package = folder / "stand-in" / "fedfleet"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(STAND_IN)
    told = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"} | variables
    groups: dict[str, Any] = {"exchanges": {"hosts": {"exchange": {}}}, "parties": {"hosts": {"north": {}, "south": {}}}}
    inventory = folder / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"all": {"children": groups, "vars": told}}))
    role = {"name": "Run the drills", "ansible.builtin.import_role": {"name": "fedfleet.federation.drills"}}
    play = {"name": "Drill", "hosts": "exchanges:parties", "gather_facts": False, "tasks": [role]}
    # Only what tasks run sees it, not Ansible and its plugins.
    play["environment"] = {"PYTHONPATH": str(package.parent)}
    playbook = folder / "play.yml"
    playbook.write_text(yaml.safe_dump([play]))
    done = run("ansible-playbook", "-i", str(inventory), str(playbook), *arguments, timeout=300)
    calls = (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []
    runs = [call.split() for call in calls if call.startswith("drill run ")]
    return Drilled(
        done.returncode,
        done.output,
        [words[words.index("--site") + 1] for words in runs],
        {words[-1] for words in runs},
        [call for call in calls if call.startswith("drill report ")],
    )


def test_every_site_has_its_turn_whatever_the_first_came_to(tmp_path: Path) -> None:
    done = drilled(tmp_path, ends={"exchange": 9, "south": 10})
    assert done.sites == ["exchange", "north", "south"]
    assert done.reports == [f"drill report --inventory {tmp_path}"]
    assert done.code != 0
    assert "A drill did not hold. said of exchange" in done.output
    assert "The site could not be restored; run fedfleet drill rollback. said of south" in done.output
    assert done.output.index("said of all") < done.output.index("A drill did not hold")


@pytest.mark.parametrize(
    ("arguments", "variables", "sites"),
    [
        ([], {}, ["exchange", "north", "south"]),
        ([], {"drills_every_party": False}, ["exchange", "north"]),
        (["--limit", "south"], {"drills_every_party": False}, ["south"]),
    ],
)
def test_parties_that_are_alike_are_drilled_once_unless_one_is_named(
    tmp_path: Path, arguments: list[str], variables: dict[str, Any], sites: list[str]
) -> None:
    done = drilled(tmp_path, *arguments, **variables)
    assert (done.code, done.sites, len(done.reports)) == (0, sites, 1), done.output
    assert done.chosen == {"--quick"}


@pytest.mark.parametrize("inventory", ["lab", "vcenter"])
def test_the_labs_inventories_have_the_table_at_the_exchange_and_one_party(inventory: str) -> None:
    said = yaml.safe_load((ROOT / "inventories" / inventory / "group_vars" / "all.yml").read_text())
    assert (said["drills_tags"], said["drills_every_party"]) == (["table"], False)


@pytest.mark.parametrize(
    ("variables", "chosen"), [({"drills_tags": ["table"]}, "table"), ({"drills_tags": ["table"], "drills_all": True}, "--all")]
)
def test_an_inventorys_tags_count_unless_all_drills_are_wanted(tmp_path: Path, variables: dict[str, Any], chosen: str) -> None:
    assert drilled(tmp_path, **variables).chosen == {chosen}


def test_a_whole_run_of_a_site_keeps_to_the_quick_set() -> None:
    (last,) = [play for play in yaml.safe_load((ROOT / "playbooks" / "site.yml").read_text()) if "drills_enabled" in str(play.get("when"))]
    assert last["vars"] == {"drills_all": False, "drills_tags": []}


def test_the_command_reads_the_inventory_with_what_the_run_was_given(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.yml"
    secrets.write_text(yaml.safe_dump({"cluster_vcenter_password": "very secret", "cluster_kubeconfig": "{{ inventory_dir }}/north"}))
    done = drilled(tmp_path, "-e", f"@{secrets}", "-e", "fate_profile=standalone drill_allow=true", "--limit", "exchange,north")
    given = [line.split(" ", 2) for line in (tmp_path / "given").read_text().splitlines()]
    wanted = {"cluster_vcenter_password": "very secret", "cluster_kubeconfig": "{{ inventory_dir }}/north"}
    wanted |= {"fate_profile": "standalone", "drill_allow": "true"}
    assert [(site, mode, json.loads(text)) for site, mode, text in given] == [(site, "0o600", wanted) for site in ("exchange", "north")]
    assert "very secret" not in done.output + (tmp_path / "calls").read_text()
    assert [file for file in (tmp_path / "files").read_text().splitlines() if Path(file).exists()] == []


def test_a_trial_run_drills_nothing(tmp_path: Path) -> None:
    done = drilled(tmp_path, "--check")
    assert (done.code, done.sites, done.reports) == (0, [], []), done.output
