"""The artefacts of the addons."""

from __future__ import annotations

from fedfleet_lab.artefacts import Copy, GoProgram, Recipe

COREDNS = Recipe(
    kind="coredns",
    module="addons",
    programs=(GoProgram("coredns", "github.com/coredns/coredns"),),
    minutes=3.0,
)

SNAPSHOT_KINDS = Recipe(
    kind="snapshot-kinds",
    module="addons",
    programs=(),
    copies=(Copy("github.com/kubernetes-csi/external-snapshotter/client/v8", "config/crd", "crds"),),
    minutes=0.5,
)

_METALLB = "go.universe.tf/metallb"

METALLB = Recipe(
    kind="metallb",
    module="metallb",
    programs=(
        GoProgram("controller", f"{_METALLB}/controller"),
        GoProgram("speaker", f"{_METALLB}/speaker"),
    ),
    copies=(Copy(_METALLB, "config/crd/bases", "crds"),),
    minutes=3.0,
)

_TRAEFIK = "github.com/traefik/traefik/v3"

TRAEFIK = Recipe(
    kind="traefik",
    module="traefik",
    programs=(
        GoProgram(
            "traefik",
            f"{_TRAEFIK}/cmd/traefik",
            f"-X {_TRAEFIK}/pkg/version.Version=3.4.0 -X {_TRAEFIK}/pkg/version.Codename=lab",
        ),
    ),
    minutes=10.0,
)
