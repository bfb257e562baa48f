"""The lab and the federation on it, for all tests here."""

from support.browser import page
from support.datacentre import datacentre, vcenter
from support.session import federation, fragile, images, lab, shown

__all__ = ["datacentre", "federation", "fragile", "images", "lab", "page", "shown", "vcenter"]
