"""ConfigMaps and Secrets whose content is kept whole: written as it must be, or not at all.

Unlike an apply, a write here fails when somebody else wrote in between, so that what was decided from the
content that was read is never laid over content that nobody has seen.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube.client import Client
    from fedfleet.kube.refs import KubeObject

Kind = Literal["ConfigMap", "Secret"]


@dataclass(frozen=True)
class Whole:
    """A ConfigMap or Secret by its texts.

    Attributes:
        version: the resourceVersion it was read with; empty when it was not there.
    """

    kind: Kind
    namespace: str
    name: str
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    version: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the cluster has it."""
        return bool(self.version)


@dataclass(frozen=True)
class Written:
    """What a write came to; ``before`` and ``after`` hold no text of a Secret. ``stored`` is the object as it is then, or after a dry run would be."""

    name: str
    changed: bool
    stored: Whole
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


def read(client: Client, kind: Kind, namespace: str, name: str) -> Whole:
    """The object as it is; without texts and version where there is none."""
    found = client.get(kind, name, namespace, api_version="v1")
    return whole_of(found) if found else Whole(kind, namespace, name)


def whole_of(found: KubeObject) -> Whole:
    """A ConfigMap or Secret as the API has it."""
    kind: Kind = "Secret" if found["kind"] == "Secret" else "ConfigMap"
    texts = dict(found.get("data") or {})
    if kind == "Secret":
        texts = {name: base64.b64decode(value).decode("utf-8", "replace") for name, value in texts.items()}
    metadata = found["metadata"]
    return Whole(kind, metadata["namespace"], metadata["name"], texts, dict(metadata.get("labels") or {}), metadata["resourceVersion"])


def write(
    client: Client,
    current: Whole,
    texts: Mapping[str, str],
    labels: Mapping[str, str],
    *,
    dry_run: bool = False,
) -> Written:
    """Make ``current``, as it was read, hold exactly ``texts`` and at least ``labels``.

    Raises:
        StaleError: it is no longer as it was read.
    """
    lacking = {name: value for name, value in labels.items() if current.labels.get(name) != value}
    changed = not current.is_there or dict(current.texts) != dict(texts) or bool(lacking)
    written = Written(
        current.name, changed, replace(current, texts=dict(texts)), _shown(current.kind, current.texts), _shown(current.kind, texts)
    )
    if not changed or dry_run:
        return written
    if not current.is_there:
        metadata = {"name": current.name, "namespace": current.namespace, "labels": dict(labels)}
        made = client.create({"apiVersion": "v1", "kind": current.kind, "metadata": metadata, "data": _encoded(current.kind, texts)})
        return replace(written, stored=whole_of(made))
    news = {name: text for name, text in texts.items() if current.texts.get(name) != text}
    body: dict[str, Any] = {
        "metadata": {"resourceVersion": current.version, "labels": dict(labels)},
        # A merge patch removes what is set to nothing.
        "data": {name: None for name in current.texts if name not in texts} | _encoded(current.kind, news),
    }
    patched = client.patch(current.kind, current.name, current.namespace, body, api_version="v1")
    return replace(written, stored=whole_of(patched))


def _encoded(kind: Kind, texts: Mapping[str, str]) -> dict[str, str]:
    if kind == "ConfigMap":
        return dict(texts)
    return {name: base64.b64encode(text.encode()).decode("ascii") for name, text in texts.items()}


def _shown(kind: Kind, texts: Mapping[str, str]) -> dict[str, str]:
    if kind == "ConfigMap":
        return dict(texts)
    return dict.fromkeys(texts, "(secret)")
