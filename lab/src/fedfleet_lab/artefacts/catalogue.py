"""The artefacts of the lab's core."""

from __future__ import annotations

from fedfleet_lab.artefacts.recipe import Copy, GoProgram, Recipe

_STAMP = "-X k8s.io/component-base/version.git"
_CLIENT_STAMP = "-X k8s.io/client-go/pkg/version.git"

KUBERNETES = Recipe(
    kind="kubernetes",
    module="kubernetes",
    programs=(
        GoProgram(
            output="hyperkube",
            package=".",
            # Unstamped, clients see v0.0.0.
            ldflags=" ".join(
                f"{stamp}{field}"
                for stamp in (_STAMP, _CLIENT_STAMP)
                for field in ("Version=v1.34.4", "Major=1", "Minor=34", "TreeState=clean")
            ),
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
