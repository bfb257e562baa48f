"""The addons as parts of the lab, in the order in which they come up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet_lab.addons.images import AddonImages
from fedfleet_lab.addons.load_balancer import LoadBalancer
from fedfleet_lab.addons.name_server import NameServer

if TYPE_CHECKING:
    from fedfleet_lab.action import Action

ACTIONS: tuple[Action, ...] = (AddonImages(), NameServer(), LoadBalancer())
