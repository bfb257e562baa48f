from datetime import UTC, datetime

from fedfleet.validation.ladder import Proof
from fedfleet.validation.proofs import dump, key_of, load

MOMENT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def test_a_proof_survives_being_stored() -> None:
    proof = Proof(5, "30000 → 40000", ok=True, seconds=19.4, detail="job 1", proven_at=MOMENT, inputs="abc")
    assert load(dump(proof)) == proof


def test_a_key_is_one_that_kubernetes_takes() -> None:
    assert key_of(Proof(5, "30000 → 40000", ok=True)) == "rung-5.30000-to-40000"


def test_what_cannot_be_read_proves_nothing() -> None:
    assert load('{"rung": 5}') is None
