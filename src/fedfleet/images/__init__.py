"""Container images: what they are made of, whether they have to be made, and where they go.

``images/`` holds one folder an image, ``images.yml`` (names, versions, order, inputs) and ``images.lock`` (exactly what
goes in). Everything is content-addressed: an image's key is the hash of its folder, its locked inputs and its parents'
keys. What is in the registry under that key is neither built nor pushed again.
"""

from __future__ import annotations

from fedfleet.images.builder import BuiltImage, build
from fedfleet.images.catalogue import Catalogue, ImageDefinition, definitions_folder
from fedfleet.images.errors import ImagesError
from fedfleet.images.registry import Registry

__all__ = [
    "BuiltImage",
    "Catalogue",
    "ImageDefinition",
    "ImagesError",
    "Registry",
    "build",
    "definitions_folder",
]
