"""A node's disk: folders that outlive its power. A new one is a clone of the template, if there is one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from fedfleet_lab.node import template

if TYPE_CHECKING:
    from fedfleet_lab.paths import LabPaths


def prepare(paths: LabPaths, node: str) -> None:
    """Makes what is missing of a node's disk."""
    place = paths.node(node)
    for folder in (place.kubelet, place.log):
        folder.mkdir(parents=True, exist_ok=True)
    if place.containerd.exists():
        return
    found = template.current(paths)
    if found is None:
        place.containerd.mkdir()
    else:
        found.clone(place.containerd)


def images_current(paths: LabPaths, node: str) -> bool:
    """Whether a node's images are those of the current template."""
    found = template.current(paths)
    return found is not None and template.template_of(paths.node(node).containerd) == found.key


def forget_images(paths: LabPaths, node: str) -> None:
    """Takes a node's images and containers away, so that its next boot clones the current template.

    The node must be off. Its volumes and its pods' own folders stay: Kubernetes starts its pods' containers anew.
    """
    shutil.rmtree(paths.node(node).containerd, ignore_errors=True)
