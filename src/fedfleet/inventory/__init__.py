"""An inventory held against what roles and playbooks read from it: names, types, ranges, and its sites against each other."""

from fedfleet.inventory.catalogue import Catalogue, read_catalogue
from fedfleet.inventory.examine import examine
from fedfleet.inventory.given import EXCHANGES, PARTIES, Given, SiteGiven
from fedfleet.inventory.places import Places, places_in
from fedfleet.inventory.plans import plan_variables
from fedfleet.inventory.sources import read_places

__all__ = [
    "EXCHANGES",
    "PARTIES",
    "Catalogue",
    "Given",
    "Places",
    "SiteGiven",
    "examine",
    "places_in",
    "plan_variables",
    "read_catalogue",
    "read_places",
]
