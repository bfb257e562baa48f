"""What has to be done so that the wanted images are where they are wanted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fedfleet.images.catalogue import ImageDefinition


@dataclass(frozen=True)
class Step:
    """One image's part in the plan."""

    image: ImageDefinition
    key: str
    wanted: bool
    """Asked for, and not only built upon."""
    build: bool
    push: bool

    @property
    def idle(self) -> bool:
        """Nothing to do: it is there."""
        return not (self.build or self.push)


def plan(
    ordered: Sequence[ImageDefinition],
    keys: Mapping[str, str],
    *,
    wanted: Collection[str],
    stored: Collection[str],
    published: Collection[str] | None,
) -> tuple[Step, ...]:
    """Decide for each image, in build order.

    Args:
        ordered: the wanted images and everything they are built on, parents first.
        keys: each one's key.
        wanted: names asked for.
        stored: names that local storage holds under their present key.
        published: names that the registry holds under their present key; None when no registry is asked for.

    Returns:
        A step for each image: build it when it is needed here and not stored, push it when the registry lacks it.
        An image that the registry has is not needed here, unless another is built on it.
    """
    needed: set[str] = set()
    build: set[str] = set()
    push = set() if published is None else {name for name in wanted if name not in published}
    for image in reversed(ordered):
        here = image.name in needed or image.name in push or (published is None and image.name in wanted)
        if here and image.name not in stored:
            build.add(image.name)
            needed.update(image.parents)
    return tuple(
        Step(
            image=image,
            key=keys[image.name],
            wanted=image.name in wanted,
            build=image.name in build,
            push=image.name in push,
        )
        for image in ordered
    )
