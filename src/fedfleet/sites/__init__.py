"""The sites of an inventory, and how their clusters are reached."""

from fedfleet.sites.inventory import InventoryError, UnknownSiteError, read_sites, site_named
from fedfleet.sites.model import InventorySite
from fedfleet.sites.vcenter import NoVcenterError, VcenterLogin, vcenter_login

__all__ = [
    "InventoryError",
    "InventorySite",
    "NoVcenterError",
    "UnknownSiteError",
    "VcenterLogin",
    "read_sites",
    "site_named",
    "vcenter_login",
]
