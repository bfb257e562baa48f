"""What drills need that not every site has: a profile is without some components, and others a site may have of its own already. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fedfleet.drills.experiment import Component, Counted, Experiment
    from fedfleet.federation.external import Part
    from fedfleet.sites import InventorySite

# Which part of a party its component belongs to: roles/fate/vars/main.yml, `__fate_parts`.
_PARTS: Final[dict[Component, Part]] = {
    "mysql": "database",
    "pulsar": "pulsar",
    "pulsar-zookeeper": "pulsar",
    "pulsar-bookie": "pulsar",
    "pulsar-proxy": "pulsar",
    "spark-master": "spark",
    "spark-worker": "spark",
    "namenode": "hdfs",
    "datanode": "hdfs",
}
_OF_PROFILE_SPARK: Final[frozenset[Part]] = frozenset(("spark", "hdfs"))
_OF_PULSAR_CLUSTER: Final[frozenset[Component]] = frozenset(("pulsar-zookeeper", "pulsar-bookie", "pulsar-proxy"))


def missing(experiment: Experiment, site: InventorySite) -> tuple[str, ...]:
    """Why a drill has nothing to be done to on a site, each a sentence; none where all it needs is there."""
    told = [_missing(component, site) for component in experiment.terms.needs]
    told += [_too_few(component, count, site) for component, count in experiment.terms.at_least.items() if not _missing(component, site)]
    return tuple(filter(None, told))


def _too_few(component: Counted, count: int, site: InventorySite) -> str:
    there = site.replicas.get(component, 1)
    return f"it takes {count} of {component}, and the site has {there} (fate_sizing.replicas)" if there < count else ""


def _missing(component: Component, site: InventorySite) -> str:
    part = _PARTS[component]
    if part in site.external.parts:
        return f"{component} is the site's own (fate_{part}_external), and not a component of it"
    if part in _OF_PROFILE_SPARK and site.fate_profile != "spark":
        return f"the profile {site.fate_profile or 'of an exchange'} has no such component: {component}"
    if component in _OF_PULSAR_CLUSTER and site.pulsar_mode != "cluster":
        return f"Pulsar that is {site.pulsar_mode or 'none of an exchange'} (fate_pulsar_mode) has no such component: {component}"
    return ""
