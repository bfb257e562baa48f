"""Which images this machine has, ready to be sent or saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.images import fingerprint
from fedfleet.images.errors import ImagesError
from fedfleet.images.storage import LOCAL, Storage, local_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.images.catalogue import Catalogue, ImageDefinition
    from fedfleet.images.paths import CachePaths


@dataclass(frozen=True)
class StoredImage:
    """An image in local storage, under its present key.

    Attributes:
        size: bytes unpacked, shared layers included.
    """

    image: ImageDefinition
    key: str
    size: int

    @property
    def local(self) -> str:
        """What local storage calls it."""
        return local_name(self.image.name, self.key)


def stored_images(catalogue: Catalogue, paths: CachePaths) -> dict[str, StoredImage]:
    """What local storage has of the catalogue's images, by name. Nothing where nothing was ever built, and then buildah is not needed.

    Raises:
        ImagesError: the storage cannot be read.
    """
    if not paths.storage.is_dir():
        return {}
    sizes = Storage(paths).sizes()
    keys = _keys(catalogue, sizes)
    return {
        image.name: StoredImage(image, keys[image.name], sizes[local_name(image.name, keys[image.name])])
        for image in catalogue.images
        if local_name(image.name, keys.get(image.name, "")) in sizes
    }


def wanted_images(catalogue: Catalogue, paths: CachePaths, names: Sequence[str]) -> list[StoredImage]:
    """The named images in local storage; all of the platform's without names.

    Raises:
        ImagesError: one of them is not there; nothing says what to do better than its last sentence.
    """
    wanted = [catalogue.get(name) for name in dict.fromkeys(names)] or [image for image in catalogue.images if image.group == "platform"]
    found = stored_images(catalogue, paths)
    missing = [image.name for image in wanted if image.name not in found]
    if missing:
        raise ImagesError(
            f"not on this machine: {', '.join(missing)}",
            expected="images as images.yml and images.lock describe them now",
            found=f"{', '.join(sorted(found)) or 'none'} in local storage",
            where=str(paths.storage),
            next_step=f"build them: fedfleet images build {' '.join(missing)}",
        )
    return [found[image.name] for image in wanted]


def _keys(catalogue: Catalogue, sizes: Mapping[str, int]) -> dict[str, str]:
    """The present keys; for images that take what a caller gives, the key under which the last caller had them built."""
    given = {image.name for image in catalogue.images if image.given()}
    described = [image for image in catalogue.images if not given & {other.name for other in catalogue.with_parents({image.name})}]
    keys = fingerprint.keys(catalogue, described, {})
    for name in sizes:
        image, _, key = name.removeprefix(f"{LOCAL}/").partition(":")
        if image in given and name.startswith(f"{LOCAL}/"):
            keys[image] = key
    return keys
