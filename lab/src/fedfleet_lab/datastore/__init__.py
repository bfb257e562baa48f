"""Shared storage of the lab: volumes with enforced sizes and snapshots, on disks that may fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fedfleet_lab.action import Action

ACTIONS: tuple[Action, ...] = ()
