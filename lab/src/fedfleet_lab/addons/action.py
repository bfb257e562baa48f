"""The addons as parts of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fedfleet_lab.action import Action

ACTIONS: tuple[Action, ...] = ()
