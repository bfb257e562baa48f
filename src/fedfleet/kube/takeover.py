"""Whose fields may be taken back on objects that are ours: those that people's tools wrote, never a controller's."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fedfleet.kube.refs import FieldConflict

# What kubectl (each of its verbs), oc, k9s, Lens, consoles in a browser and our own patches call themselves: the manager a tool names, else its user
# agent up to the first slash (apiserver: pkg/endpoints/handlers/create.go, managerOrUserAgent).
PEOPLE = ("fedfleet", "kubectl", "kubectl-*", "oc", "k9s", "Lens*", "OpenLens*", "Mozilla")


def may_take_over(conflicts: Sequence[FieldConflict], managers: Collection[str]) -> bool:
    """Whether every conflict is with one of ``managers``, which are names or shell patterns.

    One field of anybody else is enough for a no: an apply takes all of an object's fields over, or none.
    """
    return bool(conflicts) and all(any(fnmatchcase(conflict.manager, pattern) for pattern in managers) for conflict in conflicts)
