"""Builds the lab's programs before anything of the lab exists."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.artefacts.gobuild import estimate_minutes
from fedfleet_lab.recipes import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection

    from fedfleet_lab.action import ActionStatus
    from fedfleet_lab.artefacts import Recipe
    from fedfleet_lab.context import Context


def build(ctx: Context, recipes: Collection[Recipe]) -> None:
    """Builds what is not in the cache, and says first how long that takes about.

    Raises:
        CommandError: a build failed.
    """
    missing = [recipe for recipe in recipes if ctx.artefacts.missing(recipe)]
    if missing:
        cores = os.cpu_count() or 1
        minutes = sum(estimate_minutes(recipe, cores) for recipe in missing)
        kinds = ", ".join(recipe.kind for recipe in missing)
        ctx.progress.say(f"to build: {kinds}; at most about {minutes:.0f} min on {cores} cores")
    for recipe in recipes:
        ctx.artefacts.path(recipe)


@dataclass(frozen=True)
class Artefacts:
    """Keeps the programs in the cache."""

    name: str = "artefacts"
    title: str = "build what is not in the cache"

    def up(self, ctx: Context) -> None:
        """Builds what is missing; the first time takes minutes, which it says beforehand."""
        build(ctx, EVERYTHING)

    def down(self, ctx: Context) -> None:
        """Leaves the cache."""

    def status(self, ctx: Context) -> ActionStatus | None:
        """Has nothing to say."""
        del ctx
        return None
