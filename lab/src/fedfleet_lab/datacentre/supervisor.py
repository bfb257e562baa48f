"""What the Supervisor's API server knows: the real kinds of Cluster API and Tanzu, a ClusterClass, and rights."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from fedfleet_lab.datacentre.catalogue import CLUSTER_API_KINDS, TANZU_KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.action import ActionStatus
    from fedfleet_lab.context import Context

# The version that is served of each kind. Others would need the conversion webhooks of closed controllers.
_CLUSTER_API = {
    "cluster.x-k8s.io_clusters.yaml": "v1beta2",
    "cluster.x-k8s.io_clusterclasses.yaml": "v1beta2",
    "cluster.x-k8s.io_machines.yaml": "v1beta2",
    "cluster.x-k8s.io_machinedeployments.yaml": "v1beta2",
}
_TANZU = {
    # v1alpha3, which Supervisors of vSphere 8 serve as well, was never published.
    "run.tanzu.vmware.com_tanzukubernetesclusters.yaml": "v1alpha2",
    "run.tanzu.vmware.com_tanzukubernetesreleases.yaml": "v1alpha3",
    "run.tanzu.vmware.com_osimages.yaml": "v1alpha3",
}
_MARK = "fedfleet.dev/lab-applied"
_MARKED = "clusterroles/fedfleet-lab:clusters:view"


@dataclass(frozen=True)
class SupervisorKinds:
    """Keeps them; applied once, as a digest on one of them says."""

    name: str = "supervisor"
    title: str = "teach the Supervisor its kinds"

    def up(self, ctx: Context) -> None:
        """Applies kinds, then what is of these kinds, unless these very ones are there."""
        kinds = [
            *_served(ctx.artefacts.path(CLUSTER_API_KINDS) / "crds", _CLUSTER_API),
            *_served(ctx.artefacts.path(TANZU_KINDS) / "crds", _TANZU),
            *_manifests("kinds"),
        ]
        content = [*_manifests("content"), *_manifests("admission")]
        digest = hashlib.sha256(json.dumps([kinds, content], sort_keys=True).encode()).hexdigest()
        if _applied(ctx) == digest:
            return
        ctx.kubectl.apply(kinds)
        names = [f"crd/{kind['metadata']['name']}" for kind in kinds]
        ctx.kubectl.wait("--for=condition=Established", *names)
        ctx.kubectl.apply(content)
        ctx.kubectl.run("annotate", "--overwrite", _MARKED, f"{_MARK}={digest}")

    def down(self, ctx: Context) -> None:
        """Leaves nothing outside of etcd."""

    def status(self, ctx: Context) -> ActionStatus | None:
        """Has nothing to say: the control plane does."""
        del ctx
        return None


def _served(folder: Path, versions: dict[str, str]) -> list[dict[str, Any]]:
    """Returns the kinds in a folder, each with the one version that is served."""
    kinds = []
    for name, version in versions.items():
        kind = yaml.safe_load((folder / name).read_text())
        for served in kind["spec"]["versions"]:
            served["served"] = served["storage"] = served["name"] == version
        kinds.append(kind)
    return kinds


def _manifests(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(files("fedfleet_lab.datacentre").joinpath("manifests", f"{name}.yml").read_text()))


def _applied(ctx: Context) -> str | None:
    role = ctx.kubectl.get("clusterroles", _MARKED.partition("/")[2])
    return None if role is None else role["metadata"].get("annotations", {}).get(_MARK)
