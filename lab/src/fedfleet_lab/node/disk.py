"""A node's disks, which outlive its power. New images on them are a clone of the template, if there is one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from fedfleet_lab.node import template, volumes

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.config import NodeConfig
    from fedfleet_lab.paths import LabPaths


def prepare(paths: LabPaths, node: NodeConfig) -> None:
    """Makes what is missing of a node's disks, and plugs in those that are devices."""
    place = paths.node(node.name)
    for folder in (place.kubelet, place.log):
        folder.mkdir(parents=True, exist_ok=True)
    volumes.attach(paths, node)
    if place.containerd.exists():
        return
    found = template.current(paths)
    if found is None or volumes.of_images(node):
        place.containerd.mkdir()
    else:
        found.clone(place.containerd)


def images_current(paths: LabPaths, node: NodeConfig) -> bool:
    """Whether a node's images are those of the current template."""
    found = template.current(paths)
    return found is not None and template.template_of(_images(paths, node)) == found.key


def forget_images(paths: LabPaths, node: NodeConfig) -> None:
    """Takes a node's images and containers away, so that its next boot clones the current template.

    The node must be off. Its claims' volumes and its pods' own folders stay: Kubernetes starts its pods' containers anew.
    """
    shutil.rmtree(_images(paths, node), ignore_errors=True)


def _images(paths: LabPaths, node: NodeConfig) -> Path:
    place, volume = paths.node(node.name), volumes.of_images(node)
    return place.volume(volume.name) if volume else place.containerd
