"""One file with many images: a tar of an OCI image layout, whose blobs are shared, with an index and bills of materials of ours.

Format (OCI image specification 1.1, image-layout.md, plus two kinds of entries of ours)::

    fedfleet-images.json          our index: every image with version, key, manifest, sizes and bill of materials
    oci-layout, index.json        as the specification has them; references are fedfleet/NAME:VERSION
    sbom/NAME.cdx.json            the image's bill of materials, CycloneDX 1.6
    blobs/sha256/HEX              manifests, configurations and layers, each once

Entries come in that order, blobs by digest, without times and owners: the same images give the same file.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from fedfleet.federation.images import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INDEX = "fedfleet-images.json"
LAYOUT = "oci-layout"
OCI_INDEX = "index.json"
BLOBS = "blobs/sha256"
CHUNK = 1 << 20
"""Bytes held in memory at a time."""

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
LAYOUT_TEXT = b'{"imageLayoutVersion":"1.0.0"}'
_DIGEST = r"^sha256:[0-9a-f]{64}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ArchivedImage(_Strict):
    """One image in the file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^[0-9][0-9A-Za-z.]*$")
    key: str = Field(pattern=r"^[0-9a-f]+$", description="what it is made of, as fingerprint.keys has it")
    manifest: str = Field(pattern=_DIGEST)
    packed: int = Field(ge=0, description="bytes of all its blobs, those that others share included")
    unpacked: int = Field(ge=0, description="bytes on a node's disk")
    bill: str = Field(pattern=_DIGEST, description="digest of its bill of materials")

    @property
    def reference(self) -> str:
        """What the OCI index calls it."""
        return f"{REPOSITORY}/{self.name}:{self.version}"

    @property
    def bill_path(self) -> str:
        """Where its bill of materials is."""
        return f"sbom/{self.name}.cdx.json"


class ArchiveIndex(_Strict):
    """Our index. Its own digest stands for the whole file: it names every manifest, and those name all else."""

    format: Literal[1]
    made_by: str
    images: tuple[ArchivedImage, ...]

    def text(self) -> bytes:
        """The index as it stands in the file."""
        return json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True).encode() + b"\n"

    def digest(self) -> str:
        """What stands for the whole file."""
        return digest_of(self.text())


class Descriptor(BaseModel):
    """What an OCI document says of a blob."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    media_type: str = Field(alias="mediaType", default="")
    digest: str = Field(pattern=_DIGEST)
    size: int = Field(ge=0)


class Manifest(BaseModel):
    """The part of an OCI image manifest that says which blobs there are."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    schema_version: Literal[2] = Field(alias="schemaVersion")
    config: Descriptor
    layers: tuple[Descriptor, ...]

    def blobs(self) -> Iterator[Descriptor]:
        """All blobs, each once: an image may have the same layer twice."""
        yield from {blob.digest: blob for blob in (self.config, *self.layers)}.values()


def oci_index(images: Sequence[tuple[ArchivedImage, int]]) -> dict[str, Any]:
    """The OCI index of images, each with the size of its manifest in bytes."""
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            {
                "mediaType": MANIFEST_TYPE,
                "digest": image.manifest,
                "size": size,
                "annotations": {"org.opencontainers.image.ref.name": image.reference},
            }
            for image, size in images
        ],
    }


def digest_of(content: bytes) -> str:
    """``sha256:`` and the SHA-256 of ``content``."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def blob_path(digest: str) -> str:
    """Where a blob is in a layout."""
    return f"{BLOBS}/{digest.removeprefix('sha256:')}"
