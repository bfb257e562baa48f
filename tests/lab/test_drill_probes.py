"""Every class of probe that drills have is able to fail: what it looks at is broken and stays so, and the report names the probe."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedfleet.exit_codes import ExitCode
from support.commands import BIN
from support.drill_runs import drill, reported, until_well
from support.federation import Federation
from support.proxy import connect_proxy

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]
PARTY, PARTNER, EXCHANGE = "fate-30000", "fate-40000", "fate-exchange"


def activity(what: str, module: str, func: str, **arguments: Any) -> dict[str, Any]:
    provider = {"type": "python", "module": f"fedfleet.drills.{module}", "func": func, "arguments": arguments}
    return {"name": " ".join([func, *map(str, arguments.values())]), "type": what, "provider": provider}


def action(module: str, func: str, **arguments: Any) -> dict[str, Any]:
    return activity("action", module, func, **arguments)


def probe(module: str, func: str, **arguments: Any) -> dict[str, Any]:
    return activity("probe", module, func, **arguments) | {"tolerance": True}


def command(path: str, *arguments: str) -> dict[str, Any]:
    """An action that runs a command of this machine."""
    return {"name": arguments[-1], "type": "action", "provider": {"type": "process", "path": path, "arguments": list(arguments)}}


def lab(words: str) -> dict[str, Any]:
    """An action that runs `fedfleet lab`, in a shell that knows the drill's variables."""
    return command("sh", "-c", f"{BIN}/fedfleet lab {words}") | {"name": words}


def noticed(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The actions, and after them as long as a namenode or a control plane needs to give up what says nothing any more: 60 s and 50 s."""
    return [*actions[:-1], actions[-1] | {"pauses": {"after": 90}}]


def scaled(namespace: str, replicas: int, *workloads: str) -> list[dict[str, Any]]:
    """An action that brings workloads to so many replicas."""
    return [lab(f"kubectl -- -n {namespace} scale {' '.join(workloads)} --replicas={replicas}")]


@dataclass(frozen=True)
class Broken:
    """Something that is broken and stays so until it is undone.

    Attributes:
        probes: of the steady state: all of them must be reported. steps: probes of the method: the same.
        breaks, mends: what is done, and what undoes it.
        site: the kind of site. needs: what not every profile has. seconds: after so many the drill is over.
    """

    breaks: Sequence[dict[str, Any]]
    mends: Sequence[dict[str, Any]]
    probes: Sequence[dict[str, Any]] = ()
    steps: Sequence[dict[str, Any]] = ()
    site: str = "party"
    needs: tuple[str, ...] = ()
    seconds: float = 60

    def written(self, name: str) -> dict[str, Any]:
        """The drill's file."""
        terms = {"name": "fedfleet", "drill": name, "site": self.site, "needs": list(self.needs), "touches": "the lab"}
        probes = [probe("probes", "api_answers"), *self.probes]
        return {
            "title": "It is broken, and stays so",
            "description": "For tests.",
            "extensions": [terms | {"deadline_seconds": self.seconds, "aftermath": False}],
            "steady-state-hypothesis": {"title": "It works", "probes": probes},
            "method": [*self.breaks, *self.steps],
            "rollbacks": list(self.mends),
        }


JOB = (action("jobs", "start_job"),)
NODE_ON = (lab('node start "$DRILL_NODE"'),)
# It has a sample uploaded, whose job is the newest that has ended well.
ERRING = (action("jobs", "start_job_that_errs"),)
REMOVE_SAMPLE = """
import os
from fedfleet.engine.fate import TableRef
from fedfleet.kube import Client
from fedfleet.validation.party import Party
with Client.connect(os.environ["KUBECONFIG"]) as client, Party("30000", client, os.environ["DRILL_NAMESPACE"]).flow() as flow:
    assert flow.tables.remove(TableRef("fedfleet-drills", "sample-of-30000"))
"""
VOLUME = 'volume {} "$DRILL_NAMESPACE" python-data'

BROKEN = {
    "party-down": Broken(
        scaled(PARTY, 0, "statefulset/python", "deployment/nginx", "statefulset/pulsar"),
        scaled(PARTY, 1, "statefulset/python", "deployment/nginx", "statefulset/pulsar"),
        [
            probe("probes", "component_ready", component="python"),
            probe("probes", "flow_answers"),
            probe("probes", "database_answers"),
            probe("probes", "doors_answer"),
            probe("probes", "partners_answer"),
            probe("probes", "broker_reached"),
            probe("jobs", "history_kept"),
        ],
    ),
    "exchange-down": Broken(
        scaled(EXCHANGE, 0, "deployment/nginx", "deployment/traffic-server"),
        scaled(EXCHANGE, 2, "deployment/nginx", "deployment/traffic-server"),
        [
            probe("probes", "replicas_serve"),
            probe("probes", "exchange_serves", kind="header"),
            probe("probes", "exchange_serves", kind="sni"),
        ],
        site="exchange",
    ),
    "pods-gone": Broken(
        [action("faults", "cut_network", policies=["within-the-party"]), action("faults", "delete_pods", component="nginx")],
        [action("faults", "heal_network")],
        [probe("probes", "workloads_ready"), probe("probes", "connects", component="python", host="nginx", port=9300)],
    ),
    "names-gone": Broken(
        [action("faults", "cut_network", policies=["to-name-servers"])],
        [action("faults", "heal_network")],
        [probe("probes", "names_resolve", component="python", name="nginx")],
    ),
    "volume-read-only-for-good": Broken(
        [lab(VOLUME.format("read-only"))],
        [lab(VOLUME.format("writable"))],
        [probe("volumes", "volume_takes_writes", component="python")],
    ),
    "blocks-gone": Broken(
        noticed(scaled(PARTY, 0, "statefulset/datanode")),
        scaled(PARTY, 2, "statefulset/datanode"),
        [probe("hdfs", "datanodes_live"), probe("hdfs", "blocks_readable")],
        needs=("datanode",),
        seconds=180,
    ),
    "workers-gone": Broken(
        scaled(PARTY, 0, "deployment/spark-worker"),
        scaled(PARTY, 1, "deployment/spark-worker"),
        [probe("spark", "workers_known")],
        needs=("spark-worker",),
    ),
    "notebook-gone": Broken(
        scaled(PARTY, 0, "statefulset/notebook"),
        scaled(PARTY, 1, "statefulset/notebook"),
        [probe("probes", "ingress_answers")],
    ),
    "node-gone": Broken(
        [action("nodes", "find_node", component="python"), *noticed([lab('node crash "$DRILL_NODE"')])],
        [lab("node start node1"), lab("node start node2"), lab("node start node3")],
        [probe("nodes", "nodes_ready")],
        seconds=180,
    ),
    "certificate-ended": Broken(
        [action("certificates", "age_certificate", days=-1)],
        [action("certificates", "renew_certificate")],
        [probe("certificates", "certificate_lasts", days=30)],
        site="exchange",
    ),
    "routes-as-they-should-be": Broken(
        [action("routes", "restore_routes")],
        [action("routes", "restore_routes")],
        steps=[probe("routes", "reload_refused")],
        site="exchange",
    ),
    "job-stopped": Broken([*JOB, action("jobs", "stop_job")], [], steps=[probe("jobs", "job_succeeds", within=15)]),
    "job-that-does-not-fail": Broken(JOB, [action("jobs", "stop_job")], steps=[probe("jobs", "job_ends", within=10)]),
    "job-failed": Broken(
        [*ERRING, probe("jobs", "job_ends", within=400)],
        [action("jobs", "stop_job")],
        steps=[probe("jobs", "job_state")],
        seconds=600,
    ),
    "table-removed": Broken(
        [*ERRING, action("holdings", "note_models_and_data", jobs=1), command(sys.executable, "-c", REMOVE_SAMPLE) | {"name": "Remove it"}],
        [action("jobs", "stop_job")],
        steps=[probe("holdings", "models_and_data_kept", within=10)],
        seconds=400,
    ),
    "partner-gone": Broken(
        scaled(PARTNER, 0, "statefulset/python"),
        scaled(PARTNER, 1, "statefulset/python"),
        steps=[probe("jobs", "new_job_succeeds", within=20)],
    ),
}


def write(federation: Federation, name: str, case: Broken) -> None:
    folder = federation.inventory / "drills"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yml").write_text(yaml.safe_dump(case.written(name)))


def reasons(federation: Federation, name: str, case: Broken, *arguments: str) -> list[str]:
    """Why the drill, which is run once the one before has left no trace, did not hold; its site is restored."""
    until_well(federation)
    drill(federation, "run", name, *arguments, code=ExitCode.DRILL_FAILED)
    entry = reported(federation, name)
    assert (entry["outcome"], entry["clean_up"]) == ("not-held", "done" if case.mends else "nothing")
    told: list[str] = entry["reasons"]
    return told


@pytest.mark.parametrize("name", BROKEN)
def test_what_stays_broken_is_reported_by_its_probes(federation: Federation, name: str) -> None:
    case = BROKEN[name]
    write(federation, name, case)
    if case.needs and federation.profile != "spark":
        drill(federation, "run", name, code=ExitCode.NO_REPORT)
        assert reported(federation, name)["outcome"] == "skipped"
        return
    told = reasons(federation, name, case)
    wanted = [f"'{each['name']}' did not come back" for each in case.probes] + [f"'{each['name']}' " for each in case.steps]
    assert [each for each in wanted if not any(reason.startswith(each) for reason in told)] == [], told


def test_an_api_that_is_out_of_reach_is_reported(federation: Federation, tmp_path: Path) -> None:
    """Of this machine alone, and by way of a proxy: the lab goes on."""
    cut, kubeconfig = tmp_path / "cut", tmp_path / "kubeconfig"
    case = Broken([command("touch", str(cut))], [command("rm", "-f", str(cut))])
    write(federation, "api-out-of-reach", case)
    with connect_proxy(cut) as proxy:
        config = yaml.safe_load(federation.lab.kubeconfig.read_text())
        config["clusters"][0]["cluster"]["proxy-url"] = proxy.url
        kubeconfig.write_text(yaml.safe_dump(config))
        told = reasons(federation, "api-out-of-reach", case, "-e", f"cluster_kubeconfig={kubeconfig}")
    assert any(reason.startswith("'api_answers' did not come back") for reason in told), told
