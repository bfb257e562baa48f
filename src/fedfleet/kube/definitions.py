"""From what a role renders, YAML text or parsed objects, to a checked list of objects; nothing is asked of a cluster."""

from __future__ import annotations

import base64
import copy
from typing import TYPE_CHECKING, Any

import yaml

from fedfleet.kube.errors import DefinitionError
from fedfleet.kube.refs import KubeObject, ObjectRef
from fedfleet.safe_yaml import SAFE_LOADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class _ManifestLoader(SAFE_LOADER):  # type: ignore[misc]
    """YAML as Kubernetes reads it: dates stay text, and no key is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a mapping in which a later key would silently replace an earlier one."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:merge" and isinstance(key.value, str):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} is there twice", key.start_mark)
                seen.add(key.value)
        return dict(super().construct_mapping(node, deep=deep))


_ManifestLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in SAFE_LOADER.yaml_implicit_resolvers.items()
}


def parse(definition: str | Mapping[str, Any] | Sequence[Any]) -> list[KubeObject]:
    """The objects of a YAML text (any number of documents), of one object, or of a list of objects and YAML texts.

    Empty documents are passed over and objects of kind List taken apart.

    Raises:
        DefinitionError: not YAML, or not an object.
    """
    found: list[KubeObject] = []
    for part in [definition] if isinstance(definition, (str, dict)) else definition:
        documents = _documents(part) if isinstance(part, str) else [part]
        for document in documents:
            found.extend(_flattened(document, len(found) + 1))
    return found


def checked(objects: Sequence[KubeObject], default_namespace: str | None = None) -> list[KubeObject]:
    """Copies of ``objects`` that may be applied: each named, none twice, Secrets with ``data`` only.

    ``default_namespace`` is noted in nothing yet: whether a kind has namespaces only the cluster knows.

    Raises:
        DefinitionError: an object lacks its kind or name, or is there twice.
    """
    found: list[KubeObject] = []
    places: dict[tuple[str, str, str, str], int] = {}
    for place, definition in enumerate(objects, start=1):
        _check_identity(definition, place)
        ref = ObjectRef.of(definition)
        key = (ref.group, ref.kind, ref.namespace or default_namespace or "", ref.name)
        if key in places:
            raise DefinitionError(
                f"{ref} is there twice",
                expected="every object of a set once",
                found=f"it is object {places[key]} and object {place} of the definition",
                next_step="Remove or rename one of them",
            )
        places[key] = place
        found.append(_encoded(copy.deepcopy(definition)))
    return found


def _documents(text: str) -> Iterator[Any]:
    try:
        yield from yaml.load_all(text, Loader=_ManifestLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or type(error).__name__
        raise DefinitionError(
            "The definition is not YAML",
            found=problem,
            where=f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the definition",
            next_step="Correct the template, or the variable it renders there",
        ) from None


def _flattened(document: Any, place: int) -> Iterable[KubeObject]:
    if document is None:
        return
    if not isinstance(document, dict):
        raise DefinitionError(
            f"Object {place} of the definition is not an object",
            expected="a mapping with apiVersion, kind and metadata",
            found=f"a {type(document).__name__}",
        )
    if str(document.get("kind", "")).endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _flattened(item, place)
    else:
        yield document


def _check_identity(definition: KubeObject, place: int) -> None:
    metadata = definition.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    wanted = {"apiVersion": definition.get("apiVersion"), "kind": definition.get("kind"), "metadata.name": metadata.get("name")}
    for field, value in wanted.items():
        if not isinstance(value, str) or not value:
            known = f"{definition.get('kind') or 'an object'} {metadata.get('name') or ''}".strip()
            raise DefinitionError(
                f"Object {place} of the definition has no {field}",
                expected=f"{field} as text",
                found=f"{value!r} in {known}",
                next_step="Correct the template, or the variable it renders there",
            )


def _encoded(definition: KubeObject) -> KubeObject:
    """Turn a Secret's ``stringData`` into ``data``.

    The API does that too, but then ``stringData`` is what the field manager owns, and a key that is dropped from it
    later stays in ``data``.
    """
    if definition["kind"] == "Secret" and definition["apiVersion"] == "v1" and "stringData" in definition:
        texts = definition.pop("stringData") or {}
        data = dict(definition.get("data") or {})
        data.update({key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()})
        definition["data"] = data
    return definition
