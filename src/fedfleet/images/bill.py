"""Bills of materials in CycloneDX 1.6 (JSON, https://cyclonedx.org/docs/1.6/json/)."""

from __future__ import annotations

import json
import uuid
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fedfleet.federation.images import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fedfleet.images.contents import Package

_NAMESPACE = uuid.UUID("6f2f4b0e-4d53-5b0e-9a3a-6c1f6f5f7c11")
"""Ours, so that the same image gets the same serial number."""


def bill_of(name: str, version: str, manifest: str, debian: str, made_by: str, packages: Iterable[Package]) -> bytes:
    """The bill of materials of an image, the same for the same image.

    Args:
        name: of the image.
        version: of the image.
        manifest: digest of its manifest.
        debian: release its Debian packages are of, as ``bookworm``.
        made_by: name and version of this program, separated by a blank.
        packages: what is in it.
    """
    tool, _, tool_version = made_by.partition(" ")
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, manifest)}",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": tool, "version": tool_version}]},
            "component": {
                "type": "container",
                "bom-ref": manifest,
                "name": f"{REPOSITORY}/{name}",
                "version": version,
                "purl": f"pkg:oci/{name}@{quote(manifest, safe='')}?tag={quote(version)}",
            },
        },
        "components": _components(sorted(packages), debian),
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def package_url(package: Package, debian: str) -> str:
    """A package's URL (https://github.com/package-url/purl-spec); empty where its kind of package cannot be named without a version or group."""
    name, version = quote(package.name, safe=""), quote(package.version, safe="")
    if package.kind == "deb":
        return f"pkg:deb/debian/{name.lower()}@{version}?arch={package.architecture}&distro={quote(debian)}"
    if package.kind == "pypi":
        return f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    if package.kind == "npm":
        return f"pkg:npm/{quote(package.group, safe='') + '/' if package.group else ''}{name}@{version}"
    return f"pkg:maven/{quote(package.group, safe='')}/{name}@{version}" if package.group and package.version else ""


def _components(packages: Sequence[Package], debian: str) -> list[dict[str, Any]]:
    found = []
    for number, (_, same) in enumerate(groupby(packages, key=lambda one: (one.kind, one.name, one.version, one.group, one.sha1))):
        places = list(same)
        package = places[0]
        component: dict[str, Any] = {"type": "library", "bom-ref": f"{number}-{package.kind}", "name": package.name}
        if package.group:
            component["group"] = package.group
        if package.version:
            component["version"] = package.version
        if package.sha1:
            component["hashes"] = [{"alg": "SHA-1", "content": package.sha1}]
        if package.licence:
            component["licenses"] = [{"license": {"name": package.licence}}]
        url = package_url(package, debian)
        if url:
            component["purl"] = url
        component["evidence"] = {"occurrences": [{"location": place.path} for place in places]}
        found.append(component)
    return found
