"""Whole playbook runs, start included: our module against one task of kubernetes.core with all objects, and one an object."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bench import alternative
from bench.results import Measured, Ratio, Topic, topic
from fedfleet.kube import Client, ObjectRef
from support.cluster import space
from support.commands import run
from support.lab import RunningLab

_PLAYBOOKS = Path(__file__).parent / "playbooks"
OURS, LIST, LOOP = "kube_apply", "k8s_list", "k8s_loop"
NAMES = {
    OURS: "fedfleet.federation.kube_apply",
    LIST: "kubernetes.core.k8s, all in one task",
    LOOP: "kubernetes.core.k8s, a task an object",
}
FRESH, UNCHANGED = "new", "unchanged"
# A loop over 400 objects takes minutes and would say nothing new.
CONTENDERS = {40: (OURS, LIST, LOOP), 400: (OURS, LIST)}
WANTED = {(40, LOOP): 20.0, (40, LIST): 2.0, (400, LIST): 3.0}
# Of short runs several are made and the middle one counts: the machine has other things to do, too.
ROUNDS = {OURS: 3, LIST: 2, LOOP: 1}
GONE_SECONDS = 120.0


@dataclass(frozen=True)
class Stage:
    """Where the contenders play."""

    client: Client
    lab: RunningLab
    collections: Path
    folder: Path

    def seconds(self, contender: str, size: int) -> dict[str, float]:
        """How long a playbook takes with objects that are new, and with the same again."""
        taken: dict[str, list[float]] = {FRESH: [], UNCHANGED: []}
        for _ in range(ROUNDS[contender]):
            with space(self.client, "bench") as place:
                variables = self.folder / "objects.json"
                variables.write_text(json.dumps({"kubeconfig": str(self.lab.kubeconfig), "objects": objects(place.name, size)}))
                for case, changed in ((FRESH, 1), (UNCHANGED, 0)):
                    ended = run(
                        "ansible-playbook", str(_PLAYBOOKS / f"{contender}.yml"), "-i", "localhost,", "-e", f"@{variables}",
                        env={"ANSIBLE_COLLECTIONS_PATH": str(self.collections)},
                    ).expect()  # fmt: skip
                    assert f"changed={changed} " in ended.output, ended.output
                    taken[case].append(ended.seconds)
            # What is being deleted must not slow the next one down.
            self.client.wait_gone([ObjectRef("Namespace", "", place.name, "v1")], GONE_SECONDS)
        return {case: median(seconds) for case, seconds in taken.items()}


def objects(namespace: str, size: int) -> list[dict[str, Any]]:
    """So many objects of four kinds that nothing in a cluster acts on."""
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("v1", "ConfigMap", {"data": {"key": "value"}}),
        ("v1", "Secret", {"data": {"key": "dmFsdWU="}}),
        ("v1", "ServiceAccount", {"automountServiceAccountToken": False}),
        ("rbac.authorization.k8s.io/v1", "Role", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
    )
    chosen = [(number, kinds[number % len(kinds)]) for number in range(size)]
    return [
        {"apiVersion": version, "kind": kind, "metadata": {"name": f"object-{number}", "namespace": namespace}, **content}
        for number, (version, kind, content) in chosen
    ]


@pytest.fixture
def stage(client: Client, lab: RunningLab, tmp_path: Path) -> Stage:
    return Stage(client, lab, alternative.collections(lab.cache), tmp_path)


def test_whole_sets_are_applied_faster_than_by_kubernetes_core(stage: Stage, found: Callable[[Topic], None]) -> None:
    measured: list[Measured] = []
    ratios: list[Ratio] = []
    for size, contenders in CONTENDERS.items():
        seconds = {contender: stage.seconds(contender, size) for contender in contenders}
        for case in (FRESH, UNCHANGED):
            what = f"{size} objects, {case}"
            measured += [Measured(case=what, of=NAMES[contender], value=seconds[contender][case]) for contender in contenders]
            ratios += [
                Ratio(
                    what=f"{what}: {NAMES[other]} takes so many times as long",
                    value=seconds[other][case] / seconds[OURS][case],
                    at_least=WANTED[size, other],
                )
                for other in contenders[1:]
            ]
    found(
        topic(
            "Applying a set of objects",
            "Whole runs of ansible-playbook, with its start, on ConfigMaps, Secrets, ServiceAccounts and Roles.",
            measured,
            ratios,
            **{"kubernetes.core": alternative.version(stage.collections), "Kubernetes": stage.client.version()},
        )
    )
