"""A drill's file is chaostoolkit's format, held strictly; what is wrong with one is said before anything is done."""

from pathlib import Path
from typing import Any, get_args

import pytest

from fedfleet.drills.activities import check_activities, function_of
from fedfleet.drills.catalogue import UnknownDrillError, chosen, drills
from fedfleet.drills.experiment import Activity, Component, DrillFileError, Experiment, PythonProvider, read_experiment
from support.commands import ROOT
from support.drilled import experiment, probe

WHOLE = """
title: It is stopped
description: For tests.
extensions: [{name: fedfleet, drill: mine, touches: nobody}]
steady-state-hypothesis:
  title: It runs
  probes:
    - {name: it runs, type: probe, tolerance: true, provider: {type: python, module: fedfleet.drills.probes, func: api_answers}}
method:
  - {name: Stop it, type: action, provider: {type: python, module: fedfleet.drills.faults, func: delete_pods, arguments: {component: nginx}}}
"""


def test_every_drill_of_the_collection_can_be_carried_out() -> None:
    known = drills()
    assert set(known) == {path.stem for path in (ROOT / "drills").glob("*.yml")}
    for each in known.values():
        check_activities(each)


@pytest.mark.parametrize("inventory", ["lab", "vcenter"])
def test_every_drill_of_the_lab_can_be_carried_out(inventory: str) -> None:
    own = {path.stem for path in (ROOT / "inventories" / inventory / "drills").glob("*.yml")}
    known = drills(ROOT / "inventories" / inventory)
    assert own
    assert own <= set(known)
    for name in own:
        check_activities(known[name])


def everywhere() -> dict[str, Experiment]:
    """Every drill there is: the collection's and the lab's."""
    return drills(ROOT / "inventories" / "lab") | drills(ROOT / "inventories" / "vcenter")


def test_every_drill_can_be_seen_to_have_done_something() -> None:
    unseen = [name for name, each in everywhere().items() if not each.terms.breaks and all(step.type == "action" for step in each.method)]
    assert unseen == []


def test_every_kind_of_fault_has_its_tag_and_no_unknown_tag_is_there() -> None:
    kinds = {"component", "network", "node", "disk", "party", "exchange", "certificate"}
    assert kinds <= {tag for each in drills().values() for tag in each.tags}
    for name, each in everywhere().items():
        assert set(each.tags) & kinds, name
        assert set(each.tags) <= kinds | {"job", "vm", "host", "table"}, name


def test_the_table_has_a_drill_for_each_row_of_the_reference() -> None:
    rows = {
        "FATE Flow": {"fate-flow-pod"},
        "MySQL, nginx, Pulsar, HDFS datanode, Spark master, Spark worker": {
            *("mysql-pod", "nginx-pod", "broker-pod", "datanode-pod", "spark-master-pod", "spark-worker-pod")
        },
        "HDFS namenode": {"namenode-pod"},
        "one party: network cut": {"network-cut", "network-cut-not-healed"},
        "one party: FATE Flow": {"party-leaves"},
        "one party: error in the job": {"party-error"},
        "exchange pod (any)": {"exchange-nginx-replica", "exchange-traffic-server-replica"},
        "VM crash": {"vm-crash", "node-crash"},
        "VM powered off or shut down": {"vm-off"},
        "host failure": {"host-failure"},
        "disk failure": {"disk-destroyed"},
    }
    assert {name for name, each in everywhere().items() if "table" in each.tags} == set().union(*rows.values())


def test_whatever_is_killed_is_ready_again_within_half_a_minute() -> None:
    for name, each in everywhere().items():
        kills = [
            step
            for step in each.method
            if isinstance(step.provider, PythonProvider) and step.provider.func in ("delete_pods", "kill_container")
        ]
        looks = {look.name for look in each.hypothesis.probes if look.provider.func in ("component_ready", "workloads_ready")}  # type: ignore[union-attr]
        if kills:
            assert set(each.terms.limits.values()) == {30}, name
            assert set(each.terms.limits) <= looks, name


def test_a_drill_that_ends_partners_jobs_takes_their_consent() -> None:
    known = everywhere()
    alone = [
        name
        for name in known
        if name.startswith(("network-cut", "name-servers", "fate-flow", "party-", "exchange-")) and not known[name].terms.shared
    ]
    assert alone == []


def test_a_file_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "gone.yml").symlink_to("nowhere.yml")
    with pytest.raises(DrillFileError, match=r"cannot be read.*gone\.yml"):
        drills(tmp_path)


def test_an_inventory_can_be_copied_to_anywhere_with_its_drills() -> None:
    assert [path for path in ROOT.glob("inventories/*/drills/*") if path.is_symlink()] == []


def test_every_drill_that_kills_a_component_says_where_there_is_none() -> None:
    sometimes = set(get_args(Component))
    for name, each in drills().items():
        given = [step.provider.arguments for step in each.method if isinstance(step.provider, PythonProvider)]
        killed = {arguments["component"] for arguments in given if "component" in arguments}
        assert set(each.terms.needs) >= killed & sometimes, name


def test_a_drill_beside_the_inventory_counts_before_the_collections(tmp_path: Path) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "mine.yml").write_text(WHOLE)
    (tmp_path / "drills" / "nginx-pod.yml").write_text(WHOLE.replace("drill: mine", "drill: nginx-pod"))
    known = drills(tmp_path)
    assert known["mine"].title == "It is stopped"
    assert known["nginx-pod"].title == "It is stopped"


def test_a_file_is_called_as_its_drill(tmp_path: Path) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "other.yml").write_text(WHOLE)
    with pytest.raises(DrillFileError, match=r"mine\.yml.*other\.yml"):
        drills(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "instead", "told"),
    [
        ("tolerance: true", "tolerance: 200", "tolerance"),
        ("tolerance: true, ", "", "every entry is a probe with 'tolerance: true'"),
        ("touches: nobody", "touches: nobody, breaks: [it walks]", "'it walks' is none"),
        ("touches: nobody", "touches: nobody, recovery_from: Start it", "'Start it' is none"),
        ("touches: nobody", "touches: nobody, recovery_second: 3", "recovery_second"),
        ("touches: nobody", "touches: nobody, needs: [spark]", "needs"),
        ("touches: nobody", "touches: nobody, at_least: {mysql: 2}", "at_least"),
        ("touches: nobody", "touches: nobody, limits: {it walks: 3}", "'it walks' is none"),
        ("type: action", "type: probe, tolerance: true", "nothing would be done"),
        ("module: fedfleet.drills.faults", "module: os", "module"),
        ("title: It is stopped", "title: [", "no YAML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(wrong: str, instead: str, told: str) -> None:
    assert wrong in WHOLE
    with pytest.raises(DrillFileError, match=told):
        read_experiment(WHOLE.replace(wrong, instead), "mine.yml")


def activity(**fields: Any) -> Activity:
    provider = {"type": "python", "module": "fedfleet.drills.faults", "func": "delete_pods", "arguments": {"component": "nginx"}}
    return Activity.model_validate({"name": "Do it", "type": "action", "provider": provider | fields})


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"func": "remove"}, "no function remove in fedfleet.drills.faults"),
        ({"arguments": {}}, "missing a required argument: 'component'"),
        ({"arguments": {"component": "nginx", "how": "badly"}}, "unexpected keyword argument 'how'"),
        ({"module": "fedfleet.drills.probes", "func": "component_ready"}, "component_ready is a probe"),
    ],
)
def test_a_function_that_is_not_there_or_takes_something_else_is_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(DrillFileError, match=told):
        function_of(activity(**fields))


def test_drills_are_chosen_by_name_tag_or_quickness() -> None:
    known = drills()
    assert [each.name for each in chosen(known, ["nginx-pod", "mysql-pod"])] == ["nginx-pod", "mysql-pod"]
    assert {each.name for each in chosen(known, [], ["network"])} == {
        "network-cut",
        "network-cut-not-healed",
        "network-cut-within",
        "name-servers-cut",
    }
    assert chosen(known, [], everything=True) == list(known.values())
    assert all(each.terms.quick for each in chosen(known, [], quick=True))
    assert chosen(known, []) == []
    with pytest.raises(UnknownDrillError, match="no drill never"):
        chosen(known, ["never"])


def test_recovery_counts_from_the_first_action_where_nothing_is_said() -> None:
    method = [probe("look", "true"), {**probe("x", "true"), "type": "action", "name": "Stop it", "tolerance": None}]
    assert experiment([probe("it runs", "true")], method).fault.name == "Stop it"
