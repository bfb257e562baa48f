"""The lab and the federation on it, for all tests here."""

from support.browser import page
from support.datacentre import datacentre, datacentre_with_images, vcenter
from support.interrupted_jobs import jobs
from support.session import federation, fragile, images, lab, shown

__all__ = ["datacentre", "datacentre_with_images", "federation", "fragile", "images", "jobs", "lab", "page", "shown", "vcenter"]
