"""Every program that the lab is made of, the quick and the long, so that all are built and estimated at once."""

from __future__ import annotations

from fedfleet_lab.addons.catalogue import COREDNS, METALLB, SNAPSHOT_KINDS, TRAEFIK
from fedfleet_lab.artefacts import CALICO, KUBERNETES, PAUSE, REGISTRY, VCENTER
from fedfleet_lab.datacentre.catalogue import CLUSTER_API_KINDS, TANZU_KINDS

EVERYTHING = (KUBERNETES, CALICO, REGISTRY, PAUSE, SNAPSHOT_KINDS, CLUSTER_API_KINDS, TANZU_KINDS, VCENTER, COREDNS, METALLB, TRAEFIK)
