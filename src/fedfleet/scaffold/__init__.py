"""New inventories, written from a few answers."""

from fedfleet.scaffold.answers import ExchangeAnswers, PartyAnswers
from fedfleet.scaffold.inventory import InventoryExistsError, render_inventory, write_inventory

__all__ = ["ExchangeAnswers", "InventoryExistsError", "PartyAnswers", "render_inventory", "write_inventory"]
