"""What can be run is what the collection has, and each says what it does."""

import pytest

from fedfleet.runs.verbs import Question, UnknownVerbError, find_verb, verbs
from support.commands import ROOT


def test_every_playbook_is_a_verb() -> None:
    assert set(verbs()) == {path.stem for path in (ROOT / "playbooks").glob("*.yml")}


def test_every_verb_says_what_it_does_in_a_sentence() -> None:
    assert [verb.name for verb in verbs().values() if not verb.sentence.endswith(".") or len(verb.sentence) < 20] == []


def test_how_to_call_it_is_no_part_of_the_sentence() -> None:
    assert find_verb("remove").sentence == "Takes one site away, and a party out of the federation."


def test_a_verb_is_called_by_the_collections_name() -> None:
    assert find_verb("site").playbook == "fedfleet.federation.site"


def test_what_a_playbook_asks_for_is_known() -> None:
    assert find_verb("remove").questions == (Question("remove_confirm", "Type the name of the site to remove once more"),)


def test_an_unknown_verb_is_told_which_there_are() -> None:
    with pytest.raises(UnknownVerbError, match=r"no verb 'frobnicate'.*deploy.*site"):
        find_verb("frobnicate")
