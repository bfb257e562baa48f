"""``images.yml`` and ``images.lock``: which images there are, in which order, and what goes into them."""

from __future__ import annotations

import os
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fedfleet.federation.images import REPOSITORY
from fedfleet.images.errors import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Collection

Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RootFilesystem(_Strict):
    """A Debian root file system, made by mmdebstrap of the suite in the lock; file ``rootfs.tar``."""

    kind: Literal["rootfs"]
    packages: tuple[str, ...]
    apt: tuple[str, ...] = ()
    dpkg: tuple[str, ...] = ()


class MavenArtefacts(_Strict):
    """Artefacts by coordinates, ``group:artefact:version[:packaging[:classifier]]``, without what they depend on."""

    kind: Literal["maven"]
    artefacts: tuple[str, ...]


class MavenClosure(_Strict):
    """All that a ``pom.xml`` in the image's folder needs at run time."""

    kind: Literal["maven-closure"]
    pom: str = "pom.xml"


class GivenFiles(_Strict):
    """Files that the caller hands over: programs that somebody else builds."""

    kind: Literal["given"]
    files: tuple[str, ...]


ImageInput = RootFilesystem | MavenArtefacts | MavenClosure | GivenFiles


class ImageDefinition(_Strict):
    """One image: its folder is named as it is, and its Containerfile finds each input in ``inputs/<name>/``."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^[0-9][0-9A-Za-z.]*$")
    summary: str
    group: Literal["platform", "option", "lab"]
    parents: tuple[str, ...] = ()
    inputs: dict[str, ImageInput] = Field(default_factory=dict)
    seconds: int = Field(gt=0, description="a first build on two cores, for the first estimate")

    def reference(self, registry: str) -> str:
        """``registry/fedfleet/name:version``."""
        return f"{registry}/{REPOSITORY}/{self.name}:{self.version}"

    def given(self) -> tuple[str, ...]:
        """Names of the inputs that the caller has to bring."""
        return tuple(name for name, source in self.inputs.items() if source.kind == "given")


class DebianLock(_Strict):
    """Which Debian. A later day in ``as_of`` builds everything anew with that day's updates and security fixes."""

    suite: str
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


class Lock(_Strict):
    """Exactly what goes in. PyPI's packages have locks of their own beside their Containerfile (``requirements*.txt``)."""

    debian: DebianLock
    maven: dict[str, dict[str, str]] = Field(description="by image and input: file name to SHA-512")


class Catalogue(_Strict):
    """All images, each after its parents."""

    images: tuple[ImageDefinition, ...]
    lock: Lock
    folder: Path

    def get(self, name: str) -> ImageDefinition:
        """The image called ``name``.

        Raises:
            CatalogueError: there is none.
        """
        for image in self.images:
            if image.name == name:
                return image
        known = ", ".join(image.name for image in self.images)
        raise CatalogueError(f"there is no image {name}", expected=f"one of {known}", where=str(self.folder / "images.yml"))

    def with_parents(self, names: set[str]) -> tuple[ImageDefinition, ...]:
        """The named images and all they are built on, in build order."""
        needed: set[str] = set()
        waiting = [self.get(name) for name in names]
        while waiting:
            image = waiting.pop()
            if image.name not in needed:
                needed.add(image.name)
                waiting.extend(self.get(parent) for parent in image.parents)
        return tuple(image for image in self.images if image.name in needed)

    def chosen(self, given: Collection[str]) -> set[str]:
        """What is meant where nobody names images: the platform's, and the optional ones whose programs are ``given``."""
        left_out = {image.name for image in self.left_out(given)}
        return {image.name for image in self.images if image.group != "lab"} - left_out

    def left_out(self, given: Collection[str]) -> tuple[ImageDefinition, ...]:
        """The optional images that lack a program; ``given`` are names of inputs."""
        return tuple(image for image in self.images if image.group == "option" and not set(image.given()) <= set(given))


class _ImagesFile(_Strict):
    images: tuple[ImageDefinition, ...]


def definitions_folder() -> Path:
    """The folder with ``images.yml``: the one that FEDFLEET_IMAGES names, an installed package's, or the checkout's.

    Raises:
        CatalogueError: none of them is there.
    """
    package = Path(__file__).resolve().parent
    named = os.environ.get("FEDFLEET_IMAGES")
    candidates = [Path(named)] if named else [package / "definitions", package.parents[2] / "images"]
    for folder in candidates:
        if (folder / "images.yml").is_file():
            return folder
    raise CatalogueError(
        "the images' definitions are not here",
        expected="a folder with images.yml",
        where=", ".join(str(folder) for folder in candidates),
        next_step="set FEDFLEET_IMAGES to the folder images/ of a checkout",
    )


def load(folder: Path | None = None) -> Catalogue:
    """Read and check ``images.yml`` and ``images.lock``.

    Raises:
        CatalogueError: a file is missing or not well formed, a folder is missing, or parents form a circle.
    """
    folder = folder or definitions_folder()
    images = _read(folder / "images.yml", _ImagesFile).images
    lock = _read(folder / "images.lock", Lock)
    for image in images:
        if not (folder / image.name / "Containerfile").is_file():
            raise CatalogueError(f"image {image.name} has no Containerfile", where=str(folder / image.name / "Containerfile"))
    return Catalogue(images=_in_build_order(images, folder), lock=lock, folder=folder)


def _read(path: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as problem:
        raise CatalogueError(f"{path.name} cannot be read", found=str(problem), where=str(path)) from problem
    except (yaml.YAMLError, ValidationError) as problem:
        raise CatalogueError(f"{path.name} is not well formed", found=str(problem), where=str(path)) from problem


def _in_build_order(images: tuple[ImageDefinition, ...], folder: Path) -> tuple[ImageDefinition, ...]:
    by_name = {image.name: image for image in images}
    where = str(folder / "images.yml")
    if len(by_name) != len(images):
        raise CatalogueError("an image is there twice", where=where)
    for image in images:
        for parent in image.parents:
            if parent not in by_name:
                raise CatalogueError(f"image {image.name} is built on {parent}, which is not there", where=where)
    try:
        order = TopologicalSorter({image.name: image.parents for image in images}).static_order()
        return tuple(by_name[name] for name in order)
    except CycleError as problem:
        raise CatalogueError("images are built on each other in a circle", found=" -> ".join(problem.args[1]), where=where) from problem
