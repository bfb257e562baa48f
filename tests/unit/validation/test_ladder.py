from collections.abc import Sequence
from dataclasses import dataclass

from fedfleet.errors import FedFleetError
from fedfleet.validation.ladder import Proof, climb, first_failure


@dataclass
class Fixed:
    number: int
    proofs: Sequence[Proof]
    climbed: bool = False

    def prove(self) -> Sequence[Proof]:
        self.climbed = True
        return self.proofs


@dataclass
class Broken:
    number: int

    def prove(self) -> Sequence[Proof]:
        raise FedFleetError("The API does not answer", found="connection refused", next_step="Start it")


def holds(rung: int, subject: str = "30000") -> Proof:
    return Proof(rung, subject, ok=True)


def fails(rung: int, subject: str = "30000", detail: str = "", fix: str = "") -> Proof:
    return Proof(rung, subject, ok=False, detail=detail, fix=fix)


def test_rungs_are_climbed_in_their_order() -> None:
    proofs = climb([Fixed(2, [holds(2)]), Fixed(1, [holds(1)])])
    assert [proof.rung for proof in proofs] == [1, 2]


def test_nothing_is_climbed_above_a_rung_that_does_not_hold() -> None:
    above = Fixed(3, [holds(3)])
    climb([Fixed(2, [holds(2), fails(2, "40000")]), above])
    assert not above.climbed


def test_all_subjects_of_a_rung_are_proven_before_the_climb_ends() -> None:
    proofs = climb([Fixed(1, [fails(1, "a"), holds(1, "b")])])
    assert [proof.subject for proof in proofs] == ["a", "b"]


def test_a_rung_that_breaks_off_fails_with_its_reason_and_fix() -> None:
    (proof,) = climb([Broken(1)])
    assert (proof.ok, proof.detail, proof.fix) == (False, "The API does not answer; found connection refused", "Start it")


def test_a_ladder_that_holds_has_no_failure() -> None:
    assert first_failure([holds(1), holds(2)]) is None


def test_the_lowest_rung_that_fails_is_the_one_named() -> None:
    error = first_failure([fails(2, "30000 → 40000", "nginx-1 answered 502", "look at nginx-1"), fails(4)])
    assert error is not None
    assert str(error) == ("Rung 2 (coordination hop) does not hold for 30000 → 40000. Found: nginx-1 answered 502. Next: look at nginx-1.")


def test_exit_codes_tell_rungs_apart() -> None:
    errors = [first_failure([fails(rung)]) for rung in (1, 5)]
    assert [error.exit_code for error in errors if error] == [21, 25]
