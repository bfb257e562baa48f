"""The addons' images, in the lab's registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.addons.catalogue import COREDNS, METALLB, TRAEFIK
from fedfleet_lab.artefacts import PAUSE

if TYPE_CHECKING:
    from fedfleet_lab.action import ActionStatus
    from fedfleet_lab.context import Context

# By the name of the image, and of the input that its programs are.
_RECIPES = {recipe.kind: recipe for recipe in (PAUSE, COREDNS, METALLB, TRAEFIK)}
# What a shell in the cluster takes; traefik is built on it anyway.
_SHELL = "base"


@dataclass(frozen=True)
class AddonImages:
    """Keeps the images of the addons, and of the ingress controller that sites deploy, in the registry."""

    name: str = "addon-images"
    title: str = "provide the addons' images"

    def up(self, ctx: Context) -> None:
        """Builds what is not built, pushes what the registry lacks.

        Raises:
            ImagesError: an image could not be built or pushed.
        """
        # Loaded only here: it takes half a second, which commands other than `up` need not wait.
        from fedfleet.images import Registry, build

        registry = Registry(ctx.config.registry, plain_http=True)
        contexts = {name: ctx.artefacts.path(recipe) for name, recipe in _RECIPES.items()}
        build([_SHELL, *_RECIPES], registry, ctx.progress.note, contexts)

    def down(self, ctx: Context) -> None:
        """Leaves nothing but what labs share."""

    def status(self, ctx: Context) -> ActionStatus | None:
        """Has nothing to say: whoever uses an image says so where it is missing."""
        del ctx
        return None
