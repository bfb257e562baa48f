"""Manifests that come with the package, with the lab's own values put in."""

from __future__ import annotations

import json
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping


def render(name: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    """Returns the objects of `manifests/NAME.yml` with every `${value}` replaced.

    Raises:
        KeyError: the file asks for a value that is not given.
    """
    text = files("fedfleet_lab.addons").joinpath("manifests", f"{name}.yml").read_text()
    objects = list(yaml.safe_load_all(Template(text).substitute({key: str(value) for key, value in values.items()})))
    # Anchors in the file make parts of an object one; as text they would come out as anchors again.
    whole: list[dict[str, Any]] = json.loads(json.dumps(objects))
    return whole
