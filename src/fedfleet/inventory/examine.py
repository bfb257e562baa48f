"""The whole of an inventory, held against everything that can be known before anything is touched."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from fedfleet.federation.neighbours import neighbour_problems
from fedfleet.federation.problems import Problem, refuse
from fedfleet.inventory.given import EXCHANGES, PARTIES
from fedfleet.inventory.names import name_fault, scope_fault
from fedfleet.inventory.papers import paper_problems
from fedfleet.inventory.plans import missing, plan_of
from fedfleet.inventory.values import value_faults

if TYPE_CHECKING:
    from datetime import datetime

    from fedfleet.inventory.catalogue import Catalogue
    from fedfleet.inventory.given import Given, SiteGiven
    from fedfleet.inventory.places import Places


def examine(given: Given, places: Places, catalogue: Catalogue, now: datetime) -> None:
    """Hold an inventory against everything, and the papers it names.

    Raises:
        DocumentError: with everything that is wrong.
    """
    values = _value_problems(given, places, catalogue)
    plans = {site.name: plan for site in given.sites if (plan := plan_of(site)) is not None}
    # Papers are held against what the inventory says, so that has to be right first.
    papers = (
        []
        if values
        else [problem for site in given.sites if site.name in plans for problem in paper_problems(plans[site.name], site.plan, now)]
    )
    problems = [
        *_structure_problems(given, places),
        *(problem for name, problem in places.doubts if not name or catalogue.knows(name)),
        *_name_problems(given, places, catalogue),
        *(Problem(f"site {site.name}", sentence) for site in given.sites for sentence in missing(site).values()),
        *values,
        *neighbour_problems(list(plans.values())),
        *papers,
    ]
    refuse("The inventory cannot be used", dict.fromkeys(problems), "Nothing was touched. Correct the inventory and run again")


def _structure_problems(given: Given, places: Places) -> list[Problem]:
    found = []
    own = [group for group in given.groups if group not in ("all", "ungrouped", EXCHANGES, PARTIES)]
    sites = {site.name for site in given.sites}
    for group in own:
        near = difflib.get_close_matches(group, [EXCHANGES, PARTIES], n=1, cutoff=0.7)
        lost = [host for host in given.groups[group] if host not in sites]
        if near and lost:
            found.append(Problem(f"group {group}", f"nothing is done for {', '.join(lost)} in it; perhaps the group {near[0]} was meant"))
    if not given.sites and not found:
        sentence = f"expected a site in the group {EXCHANGES} or {PARTIES}, found the groups {', '.join(own) or 'none'}"
        found.append(Problem("the hosts", f"{sentence}; put the site into one of them"))
    found += [
        Problem(f"site {site.name}", f"it is in both groups, {EXCHANGES} and {PARTIES}; take it out of one")
        for site in given.sites
        if {EXCHANGES, PARTIES} <= set(site.groups)
    ]
    scopes = {*given.groups, *(host for hosts in given.groups.values() for host in hosts)}
    for file, scope in places.scopes.items():
        fault = scope_fault(scope, scopes)
        if fault:
            found.append(Problem(file, fault))
    return found


def _name_problems(given: Given, places: Places, catalogue: Catalogue) -> list[Problem]:
    """Names in any file that is for a site, and of any site, in the order in which they are written."""
    scopes = {EXCHANGES, PARTIES, "all", "", *(scope for site in given.sites for scope in (site.name, *site.groups))}
    written = [name for name, found_at in places.of.items() if any(place.scope in scopes for place in found_at)]
    found = []
    for name in dict.fromkeys([*written, *sorted({name for site in given.sites for name in site.names})]):
        fault = name_fault(name, catalogue, read_here=places.read, others=given.others)
        if fault:
            where = places.where(name) or ("-e on the command line" if name in given.extra else "the inventory")
            found.append(Problem(where, fault))
    return found


def _value_problems(given: Given, places: Places, catalogue: Catalogue) -> list[Problem]:
    found: list[Problem] = []
    for site in given.sites:
        for name, fault in site.faults.items():
            # A variable of one kind of site may well make no sense at the other.
            if not any(other.kind != site.kind and name in other.values for other in given.sites):
                found.append(Problem(_where(name, site, given, places), f"{name} cannot be computed: {fault}"))
        for name, value in site.values.items():
            sentences = dict.fromkeys(fault for option in catalogue.options.get(name, ()) for fault in value_faults(name, option, value))
            where = _where(name, site, given, places)
            # What no plain file tells may be a secret that stands where it does not belong.
            sealed = name in places.encrypted or places.sealed & {site.name, *site.groups, "all"}
            hidden = name not in given.extra and (sealed or not places.of.get(name))
            found += [Problem(where, sentence.partition(", found ")[0] if hidden else sentence) for sentence in sentences]
    return found


def _where(name: str, site: SiteGiven, given: Given, places: Places) -> str:
    """The place of a value; what is given on the command line outdoes every file."""
    if name in given.extra:
        return "-e on the command line"
    return places.where(name, (site.name, *site.groups, "all")) or f"site {site.name}"
