"""Names in an inventory that nothing reads."""

from __future__ import annotations

import difflib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.inventory.catalogue import Catalogue

OTHERS = "fedfleet_other_variables"
"""The variable in which an inventory names those that are none of ours."""

# Of 1: `organization` and `partyid` are this close to what was meant, `site_name` and `party_name` to nothing.
_MISSPELT = 0.85
# A name that begins like ours is wrong in any case; so much of the rest is enough to guess what was meant.
_GUESSED = 0.6


def name_fault(name: str, catalogue: Catalogue, *, read_here: Iterable[str] = (), others: Iterable[str] = ()) -> str:
    """Why a variable cannot be meant as it is written; empty when it is known, or is none of ours.

    Args:
        name: the variable.
        catalogue: what there is.
        read_here: names that the inventory's own expressions read: those are somebody's, and not misspelt.
        others: names, or patterns with ``*``, of which the inventory says that they are none of ours.
    """
    if name.startswith(("ansible_", "__")) or catalogue.knows(name) or any(fnmatchcase(name, other) for other in others):
        return ""
    prefix = next((prefix for prefix in catalogue.prefixes if name.startswith(prefix)), "")
    near = difflib.get_close_matches(name.lower(), catalogue.options, n=1, cutoff=_MISSPELT)
    if prefix:
        rest = {known.removeprefix(prefix): known for known in catalogue.options if known.startswith(prefix)}
        near = near or [rest[found] for found in difflib.get_close_matches(name.removeprefix(prefix).lower(), rest, n=1, cutoff=_GUESSED)]
        meant = f"perhaps {near[0]} was meant" if near else f"rename it, or list it in {OTHERS} if it is meant for something else"
        return f"{name} begins like the variables of {catalogue.prefixes[prefix]}, but nothing reads it; {meant}"
    if near and name not in read_here:
        return f"nothing reads {name}; perhaps {near[0]} was meant"
    return ""


def scope_fault(scope: str, scopes: Iterable[str]) -> str:
    """Why a file in group_vars or host_vars is read for nobody; empty when there is such a host or group, or nothing like it."""
    known = list(scopes)
    if scope in known:
        return ""
    near = difflib.get_close_matches(scope, known, n=1, cutoff=_MISSPELT - 0.1)
    return f"the inventory has no host or group {scope}, so that nothing reads this file; perhaps {near[0]} was meant" if near else ""
