"""The artefacts of the data centre: kinds of objects that the Supervisor's API server knows."""

from __future__ import annotations

from fedfleet_lab.artefacts import Copy, Recipe

CLUSTER_API_KINDS = Recipe(
    kind="cluster-api-kinds",
    module="supervisor",
    programs=(),
    # Cluster API v1.14.2.
    copies=(Copy("sigs.k8s.io/cluster-api", "core/config/crd/bases", "crds"),),
    minutes=0.5,
)

TANZU_KINDS = Recipe(
    kind="tanzu-kinds",
    module="supervisor",
    programs=(),
    # tanzu-framework of 2023-04-19, the last that anybody can have.
    copies=(Copy("github.com/vmware-tanzu/tanzu-framework/apis/run", "config/crd/bases", "crds"),),
    minutes=0.5,
)
