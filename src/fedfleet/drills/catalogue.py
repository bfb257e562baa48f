"""The drills there are: the collection's, and those beside an inventory, which count where both have one of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.collection import part
from fedfleet.drills.experiment import DrillFileError, Experiment, read_experiment
from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = "drills"


class UnknownDrillError(FedFleetError):
    """There is no such drill."""


def drills(inventory: Path | None = None) -> dict[str, Experiment]:
    """Every drill by its name, in the order of names; ``inventory`` is an inventory's directory.

    Raises:
        DrillFileError: a file is none, or is called otherwise than the drill in it.
        CollectionMissingError: the collection is not installed.
    """
    folders = [part(FOLDER), *([inventory / FOLDER] if inventory else [])]
    found = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yml")):
            experiment = read_experiment(_text(path), str(path))
            if experiment.name != path.stem:
                raise DrillFileError(
                    "A drill's file is called otherwise than the drill in it",
                    expected=f"{experiment.name}.yml",
                    found=path.name,
                    where=str(path),
                )
            found[experiment.name] = experiment
    return dict(sorted(found.items()))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DrillFileError("A drill's file cannot be read", found=str(error), where=str(path)) from error


def chosen(
    known: dict[str, Experiment], names: Sequence[str], tags: Sequence[str] = (), *, quick: bool = False, everything: bool = False
) -> list[Experiment]:
    """The drills of those names, in that order; else those that bear one of the tags or are quick, or all; else none.

    Raises:
        UnknownDrillError: there is none of a name, or none bears a tag.
    """
    there = {tag for experiment in known.values() for tag in experiment.tags}
    missing = [name for name in names if name not in known]
    if missing:
        raise UnknownDrillError(
            f"There is no drill {', '.join(missing)}",
            expected=f"one of {', '.join(known)}",
            next_step="fedfleet drill list says what each is",
        )
    strange = [tag for tag in tags if tag not in there]
    if strange:
        raise UnknownDrillError(f"No drill bears the tag {', '.join(strange)}", expected=f"one of {', '.join(sorted(there))}")
    if names:
        return [known[name] for name in names]
    return [
        experiment
        for experiment in known.values()
        if everything or (set(tags) & set(experiment.tags)) or (quick and experiment.terms.quick)
    ]
