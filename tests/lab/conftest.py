"""The lab and the federation on it, for all tests here."""

from support.browser import page
from support.datacentre import datacentre, datacentre_with_images, vcenter
from support.session import federation, fragile, images, lab, shown

__all__ = ["datacentre", "datacentre_with_images", "federation", "fragile", "images", "lab", "page", "shown", "vcenter"]
