"""What runs in the cluster for all its users: name service and load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fedfleet_lab.action import Action

ACTIONS: tuple[Action, ...] = ()
