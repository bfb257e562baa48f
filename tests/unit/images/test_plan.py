"""Only what is missing is built, and only what the registry lacks is pushed."""

from pathlib import Path

import pytest

from fedfleet.images.catalogue import ImageDefinition, load
from fedfleet.images.plan import Step, plan


@pytest.fixture
def chain(definitions: Path) -> tuple[ImageDefinition, ...]:
    """`base`, and `tool` built on it."""
    return load(definitions).with_parents({"tool"})


def steps(chain: tuple[ImageDefinition, ...], wanted: set[str], stored: set[str], published: set[str] | None) -> dict[str, Step]:
    keys = {image.name: f"key-of-{image.name}" for image in chain}
    return {step.image.name: step for step in plan(chain, keys, wanted=wanted, stored=stored, published=published)}


def test_an_empty_machine_builds_and_pushes_everything(chain: tuple[ImageDefinition, ...]) -> None:
    todo = steps(chain, {"base", "tool"}, set(), set())
    assert [(step.build, step.push) for step in todo.values()] == [(True, True), (True, True)]


def test_parents_are_built_first(chain: tuple[ImageDefinition, ...]) -> None:
    assert list(steps(chain, {"tool"}, set(), None)) == ["base", "tool"]


def test_what_is_published_needs_nothing_even_on_an_empty_machine(chain: tuple[ImageDefinition, ...]) -> None:
    assert all(step.idle for step in steps(chain, {"base", "tool"}, set(), {"base", "tool"}).values())


def test_what_is_stored_is_pushed_without_being_built(chain: tuple[ImageDefinition, ...]) -> None:
    todo = steps(chain, {"tool"}, {"base", "tool"}, set())
    assert (todo["tool"].build, todo["tool"].push) == (False, True)


def test_a_parent_that_was_not_asked_for_is_built_but_not_pushed(chain: tuple[ImageDefinition, ...]) -> None:
    todo = steps(chain, {"tool"}, set(), set())
    assert (todo["base"].build, todo["base"].push) == (True, False)


def test_a_published_parent_is_built_when_something_has_to_be_built_on_it(chain: tuple[ImageDefinition, ...]) -> None:
    todo = steps(chain, {"base", "tool"}, set(), {"base"})
    assert (todo["base"].build, todo["base"].push) == (True, False)


def test_a_stored_parent_is_not_built_again(chain: tuple[ImageDefinition, ...]) -> None:
    assert steps(chain, {"tool"}, {"base"}, None)["base"].idle


def test_without_a_registry_nothing_is_pushed(chain: tuple[ImageDefinition, ...]) -> None:
    assert not any(step.push for step in steps(chain, {"base", "tool"}, set(), None).values())
