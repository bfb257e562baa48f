"""The artefacts of the lab's core."""

from __future__ import annotations

from fedfleet_lab.artefacts.recipe import Copy, GoProgram, Recipe
from fedfleet_lab.errors import LabError

_STAMP = "-X k8s.io/component-base/version.git"
_CLIENT_STAMP = "-X k8s.io/client-go/pkg/version.git"


def _stamps(version: str) -> str:
    """Returns linker flags by which the programs say their version; unstamped, clients see v0.0.0."""
    major, minor, _ = version.removeprefix("v").split(".")
    fields = (f"Version={version}", f"Major={major}", f"Minor={minor}", "TreeState=clean")
    return " ".join(f"{stamp}{field}" for stamp in (_STAMP, _CLIENT_STAMP) for field in fields)


KUBERNETES_VERSION = "v1.34.4"
KUBERNETES = Recipe(
    kind="kubernetes",
    module="kubernetes",
    programs=(
        GoProgram(
            output="hyperkube",
            package=".",
            ldflags=_stamps(KUBERNETES_VERSION),
            links=(
                "etcd",
                "kube-apiserver",
                "kube-controller-manager",
                "kube-proxy",
                "kube-scheduler",
                "kubectl",
                "kubelet",
            ),
        ),
    ),
    minutes=8.5,
)

# What clusters of the release before are made of. It is built when the first of them is asked for. etcd and kubectl are the newer ones.
_KUBERNETES_133_VERSION = "v1.33.13"
_KUBERNETES_133 = Recipe(
    kind="kubernetes133",
    module="kubernetes133",
    programs=(
        GoProgram(
            output="hyperkube",
            package=".",
            ldflags=_stamps(_KUBERNETES_133_VERSION),
            links=("kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"),
        ),
    ),
    minutes=7.5,
)

KUBERNETES_RELEASES = {_KUBERNETES_133_VERSION: _KUBERNETES_133, KUBERNETES_VERSION: KUBERNETES}
"""What the programs of a cluster and its nodes are, by version."""


def kubernetes_of(version: str) -> Recipe:
    """Returns what a node of that version runs; without one, the lab's usual one.

    Raises:
        LabError: the lab has no such version.
    """
    recipe = KUBERNETES_RELEASES.get(version or KUBERNETES_VERSION)
    if recipe is None:
        raise LabError(f"The lab has no Kubernetes {version}", expected=f"one of {', '.join(KUBERNETES_RELEASES)}", found=version)
    return recipe


_CALICO_VERSION = "v3.28.5"

CALICO = Recipe(
    kind="calico",
    module="calico",
    programs=(
        GoProgram(
            output="calico",
            package="github.com/projectcalico/calico/cni-plugin/cmd/calico",
            ldflags=f"-X main.VERSION={_CALICO_VERSION}",
        ),
        GoProgram(
            output="felix",
            package="github.com/projectcalico/calico/felix/cmd/calico-felix",
            ldflags=f"-X github.com/projectcalico/calico/felix/buildinfo.GitVersion={_CALICO_VERSION}",
        ),
    ),
    copies=(Copy("github.com/projectcalico/calico", "libcalico-go/config/crd", "crds"),),
    minutes=4.5,
)

REGISTRY = Recipe(
    kind="registry",
    module="addons",
    programs=(GoProgram("registry", "github.com/distribution/distribution/v3/cmd/registry"),),
    minutes=2.0,
)

PAUSE = Recipe(kind="pause", module="pause", programs=(GoProgram("pause", "."),), minutes=0.5)

VCENTER = Recipe(kind="vcenter", module="vcenter", programs=(GoProgram("vcenter-simulator", "."),), minutes=1.5)
