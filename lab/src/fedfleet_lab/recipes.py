"""The programs that the lab is made of: the quick and the long that every lab needs, built and estimated at once, and those built on demand."""

from __future__ import annotations

from fedfleet_lab.addons.catalogue import COREDNS, METALLB, SNAPSHOT_KINDS, TRAEFIK
from fedfleet_lab.artefacts import CALICO, KUBERNETES, PAUSE, REGISTRY, VCENTER
from fedfleet_lab.artefacts.catalogue import KUBERNETES_RELEASES
from fedfleet_lab.datacentre.catalogue import CLUSTER_API_KINDS, TANZU_KINDS

ON_DEMAND = tuple(recipe for recipe in KUBERNETES_RELEASES.values() if recipe != KUBERNETES)
"""Programs of Kubernetes' other versions: built when the first cluster of one is asked for."""

EVERYTHING = (KUBERNETES, CALICO, REGISTRY, PAUSE, SNAPSHOT_KINDS, CLUSTER_API_KINDS, TANZU_KINDS, VCENTER, COREDNS, METALLB, TRAEFIK)
