from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from fedfleet.kube import Client
from fedfleet.validation.ladder import Proof
from fedfleet.validation.proofs import ProofStore


@dataclass
class OneConfigMap:
    """A cluster that holds the one object the store reads and writes."""

    kept: dict[str, Any] | None = None
    writes: int = field(default=0)

    def get(self, _kind: str, _name: str, _namespace: str) -> dict[str, Any] | None:
        return self.kept

    def apply(self, objects: Sequence[dict[str, Any]], **_terms: object) -> None:
        (self.kept,) = objects
        self.writes += 1


@pytest.fixture
def cluster() -> OneConfigMap:
    return OneConfigMap()


def store(cluster: OneConfigMap) -> ProofStore:
    return ProofStore(cast(Client, cluster), "fate-30000")


def toy(host: str, *, ok: bool = True, inputs: str = "a") -> Proof:
    return Proof(5, f"30000 → {host}", ok=ok, inputs=inputs)


def test_a_kept_proof_counts_while_its_inputs_are_the_same(cluster: OneConfigMap) -> None:
    store(cluster).keep([toy("40000")], complete=True)
    assert store(cluster).still_good(toy("40000")) is not None


def test_a_kept_proof_does_not_count_for_other_inputs(cluster: OneConfigMap) -> None:
    store(cluster).keep([toy("40000")], complete=True)
    assert store(cluster).still_good(toy("40000", inputs="b")) is None


def test_a_kept_failure_never_counts(cluster: OneConfigMap) -> None:
    store(cluster).keep([toy("40000", ok=False)], complete=False)
    assert store(cluster).still_good(toy("40000")) is None


def test_keeping_the_same_again_changes_nothing(cluster: OneConfigMap) -> None:
    proof = toy("40000")
    store(cluster).keep([proof], complete=True)
    assert (store(cluster).keep([proof], complete=True), cluster.writes) == (False, 1)


def test_a_partner_that_left_is_forgotten_after_a_complete_climb(cluster: OneConfigMap) -> None:
    store(cluster).keep([toy("40000"), toy("50000")], complete=True)
    store(cluster).keep([toy("40000")], complete=True)
    assert store(cluster).still_good(toy("50000")) is None


def test_a_climb_that_ended_early_forgets_nothing(cluster: OneConfigMap) -> None:
    store(cluster).keep([toy("40000")], complete=True)
    store(cluster).keep([], complete=False)
    assert store(cluster).still_good(toy("40000")) is not None


def test_rungs_of_every_run_are_not_kept(cluster: OneConfigMap) -> None:
    assert store(cluster).keep([Proof(1, "proxy", ok=True)], complete=True) is False
