"""Example inventories and what `fedfleet init` writes agree, and name only what something reads."""

import re
from pathlib import Path

import pytest

from fedfleet.scaffold import ExchangeAnswers, PartyAnswers, render_inventory

ROOT = Path(__file__).resolve().parents[2]
# A variable at the beginning of a line, or one that is offered in a comment; a word with a colon in a comment's prose has no underscore.
VARIABLE = re.compile(r"^(?:# (?=[a-z]+_))?([a-z][a-z_]+):(?: |$)", re.MULTILINE)
ANSWERS: dict[str, ExchangeAnswers | PartyAnswers] = {
    "exchange": ExchangeAnswers(federation="north", domain="fate.example.org", registry="images.example.org"),
    "party30000": PartyAnswers(
        federation="north",
        domain="fate.example.org",
        registry="images.example.org",
        party_id="30000",
        organisation="Hospital North",
        storage_class="gold",
        ingress_domain="example.org",
    ),
}
# What Ansible itself reads.
OF_ANSIBLE = {"ansible_connection", "ansible_python_interpreter"}


def example(inventory: str) -> str:
    """Return the variables file of an example inventory."""
    return "\n".join(path.read_text() for path in sorted((ROOT / "inventories" / inventory / "group_vars").glob("*.yml")))


def readers() -> str:
    """Return the text of everything that reads inventory variables."""
    files = [path for folder in ("roles", "playbooks") for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".md"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("inventory", sorted(ANSWERS))
def test_init_offers_the_variables_of_the_example(inventory: str) -> None:
    written = render_inventory(ANSWERS[inventory])[Path("group_vars/all.yml")]

    # The examples find the lab themselves, and leave with it what goes with it.
    assert set(VARIABLE.findall(written)) == set(VARIABLE.findall(example(inventory))) - {"lab_folder", "cluster_names_file"}


@pytest.mark.parametrize("inventory", ["lab", "exchange", "party30000", "party40000"])
def test_every_variable_is_read_somewhere(inventory: str) -> None:
    text, used = example(inventory), readers()
    unread = {
        name
        for name in set(VARIABLE.findall(text)) - OF_ANSIBLE
        if not re.search(rf"\b{name}\b", used) and len(re.findall(rf"\b{name}\b", text)) < 2
    }

    assert unread == set()
