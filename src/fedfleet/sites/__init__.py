"""The sites of an inventory, and how their clusters are reached."""

from fedfleet.sites.inventory import InventoryError, UnknownSiteError, read_sites, site_named
from fedfleet.sites.model import InventorySite

__all__ = ["InventoryError", "InventorySite", "UnknownSiteError", "read_sites", "site_named"]
