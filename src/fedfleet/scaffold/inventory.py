"""Writes an inventory from answers, and never over anything."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import jinja2

from fedfleet.errors import FedFleetError
from fedfleet.scaffold.answers import ExchangeAnswers, PartyAnswers


class InventoryExistsError(FedFleetError):
    """There is something where the new inventory would go."""


def render_inventory(answers: ExchangeAnswers | PartyAnswers) -> Mapping[Path, str]:
    """Return the new inventory's files: path within it, and text."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=False,  # noqa: S701 - the result is YAML; the answers' patterns keep quotes and braces out
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    group = "exchanges" if answers.kind == "exchange" else "parties"
    return {
        Path("ansible.cfg"): _template("ansible.cfg"),
        Path("hosts.yml"): environment.get_template("hosts.yml.j2").render(answers=answers, group=group),
        Path("group_vars") / "all.yml": environment.get_template(f"{answers.kind}.yml.j2").render(answers=answers),
    }


def _template(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def write_inventory(directory: Path, answers: ExchangeAnswers | PartyAnswers) -> list[Path]:
    """Write a new inventory and return its files.

    Raises:
        InventoryExistsError: the directory exists and is not empty, or is no directory.
        FedFleetError: it cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise InventoryExistsError(
                "The inventory is not written: there are files already",
                expected="a directory that is new or empty",
                where=str(directory),
                next_step="Name another directory, or change the inventory that is there by hand",
            )
        written = []
        for path, text in render_inventory(answers).items():
            target = directory / path
            target.parent.mkdir(exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
            written.append(target)
    except (FileExistsError, NotADirectoryError) as error:
        raise InventoryExistsError(
            "The inventory is not written: a file is in the way",
            where=str(error.filename),
            next_step="Name another directory",
        ) from error
    except OSError as error:
        raise FedFleetError("The inventory cannot be written", found=error.strerror or str(error), where=str(error.filename)) from error
    return written
