"""Programs that the lab builds once, from Go modules at pinned versions."""

from fedfleet_lab.artefacts.cache import ArtefactCache
from fedfleet_lab.artefacts.catalogue import CALICO, KUBERNETES, PAUSE, REGISTRY, VCENTER, kubernetes_of
from fedfleet_lab.artefacts.recipe import Copy, GoProgram, Recipe

__all__ = ["CALICO", "KUBERNETES", "PAUSE", "REGISTRY", "VCENTER", "ArtefactCache", "Copy", "GoProgram", "Recipe", "kubernetes_of"]
