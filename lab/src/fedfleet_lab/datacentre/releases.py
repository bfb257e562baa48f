"""Kubernetes releases at the Supervisor: those whose nodes' image is in a content library that the Supervisor or one of its namespaces uses."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from fedfleet_lab.datacentre.kinds import OS_IMAGE, RELEASE

if TYPE_CHECKING:
    from collections.abc import Collection

    from fedfleet_lab.kubeapi import Kind, KubeApi, Object

_LOG = logging.getLogger(__name__)
_KINDS = {kind.name: kind for kind in (RELEASE, OS_IMAGE)}


def images() -> list[str]:
    """Returns the names of all images that the lab has nodes of: what items of a library are called that hold them."""
    return [item["metadata"]["name"] for item in _known() if item["kind"] == OS_IMAGE.name]


def names(items: Collection[str]) -> list[str]:
    """Returns the names of the releases that these items of libraries are images of."""
    return [item["metadata"]["name"] for item in _offered(items) if item["kind"] == RELEASE.name]


@dataclass
class Releases:
    """Keeps releases and images as the libraries are; what somebody else made stays."""

    api: KubeApi

    def keep(self, items: Collection[str]) -> None:
        """Has those be there whose image is among the items, and no other of the lab's.

        Raises:
            ApiError: the API server refuses it; the next round tries again.
        """
        offered = _offered(items)
        there = {kind.name: {item["metadata"]["name"]: item for item in kind_items} for kind, kind_items in self._there()}
        for item in _known():
            kind, name = _KINDS[item["kind"]], item["metadata"]["name"]
            found = there[kind.name].get(name)
            if item not in offered:
                if found is not None:
                    self.api.delete(kind.path_of(item))
                    _LOG.info("%s %s is withdrawn", kind.name, name)
                continue
            if found is None:
                self.api.create(kind, {key: value for key, value in item.items() if key != "status"})
                _LOG.info("%s %s is published", kind.name, name)
            if "status" in item and (found or {}).get("status") != item["status"]:
                self.api.patch(f"{kind.path_of(item)}/status", {"status": item["status"]})

    def _there(self) -> list[tuple[Kind, list[Object]]]:
        return [(kind, self.api.list(kind)[0]) for kind in _KINDS.values()]


def _offered(items: Collection[str]) -> list[Object]:
    """Returns the images that are among the items, and the releases that have one of these."""
    known = _known()
    here = {name for name in images() if name in items}
    return [
        item for item in known if item["metadata"]["name"] in here or here & {image["name"] for image in item["spec"].get("osImages", ())}
    ]


@cache
def _known() -> list[Object]:
    return list(yaml.safe_load_all(files("fedfleet_lab.datacentre").joinpath("manifests", "releases.yml").read_text()))
