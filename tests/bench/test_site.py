"""Where the time of a run that changes nothing goes: site.yml on three sites, stage after stage."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from bench.results import Measured, Ratio, Topic, topic
from fedfleet.kube import Client
from support.federation import Federation

_CASE = "site.yml, three sites, nothing to change"
# The same interpreter under another name: Ansible then starts a process for every module.
_APART = next(path for path in sorted(Path(sys.executable).parent.glob("python*")) if str(path) != sys.executable)


def unchanged(federation: Federation, *arguments: str) -> float:
    """Seconds of a whole run that changed nothing."""
    played = federation.play(*arguments).expect()
    assert set(re.findall(r"changed=(\d+)", played.output)) == {"0"}
    return played.seconds


def test_where_the_time_of_a_run_that_changes_nothing_goes(federation: Federation, client: Client, found: Callable[[Topic], None]) -> None:
    # The first one beside a new copy of an inventory may write files.
    federation.play().expect()
    apart = unchanged(federation, "-e", f"ansible_python_interpreter={_APART}")
    seconds = unchanged(federation)
    stages = [Measured(case=_CASE, of=f"stage {stage.name}", value=stage.seconds) for stage in federation.report().stages]
    found(
        topic(
            "Where the time of a run that changes nothing goes",
            "Whole runs of ansible-playbook. Modules run in the process that Ansible forks for a task, with their libraries imported before; the "
            "alternative is Ansible's usual way, an interpreter a module. What else was done: what is imported is frozen before Ansible forks, so that "
            "collections of garbage copy none of it; the inventory is held against the roles' specs once and not again by each role; and objects that the "
            "API's record shows to stand as defined are not sent.",
            [
                Measured(case=_CASE, of="the whole", value=seconds),
                Measured(case=_CASE, of="the whole, with an interpreter a module", value=apart),
                *stages,
            ],
            [Ratio(what="an interpreter a module against modules in the task's process", value=apart / seconds, at_least=1.3)],
            Kubernetes=client.version(),
        )
    )
