"""The objects of a definition, each with how its kind is served and the namespace it goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.kube import applyset
from fedfleet.kube.errors import DefinitionError, UnknownKindError
from fedfleet.kube.refs import ObjectRef
from fedfleet.kube.snapshot import place_of
from fedfleet.kube.takeover import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube.discovery import Discovery, Resource
    from fedfleet.kube.refs import ApplySetRef, KubeObject
    from fedfleet.kube.snapshot import Place


@dataclass(frozen=True)
class Terms:
    """How a set is applied or removed.

    Attributes:
        force: whether fields of other managers and objects of other sets are taken over.
        take_over_from: managers whose fields are taken over on objects that are in the set already; names or patterns.
        namespace: for objects that name none.
    """

    manager: str
    force: bool = False
    take_over_from: tuple[str, ...] = PEOPLE
    dry_run: bool = False
    apply_set: ApplySetRef | None = None
    namespace: str | None = None


@dataclass
class Member:
    """An object of the set; its resource is unknown while its CustomResourceDefinition is not there."""

    definition: KubeObject
    resource: Resource | None

    @property
    def ref(self) -> ObjectRef:
        """The object."""
        return ObjectRef.of(self.definition)

    @property
    def place(self) -> Place | None:
        """Where a snapshot keeps it."""
        return place_of(self.resource, self.ref.namespace, self.ref.name) if self.resource else None

    def resolve(self, discovery: Discovery, terms: Terms) -> None:
        """Find out how its kind is served, now that its CustomResourceDefinition is there."""
        self.resource = discovery.resource(f"{self.ref.kind}.{self.ref.group}", self.ref.api_version)
        self.definition = _completed(self.definition, self.resource, terms)


def members_of(definitions: Sequence[KubeObject], discovery: Discovery, terms: Terms) -> list[Member]:
    """Every object with its resource.

    A kind that the cluster doesn't serve is passed over where its CustomResourceDefinition is in the set, and in a
    dry run also where it is a custom one: an earlier task would have brought it.

    Raises:
        UnknownKindError, DefinitionError: an object has no place in this cluster.
    """
    coming = {
        (definition["spec"]["group"], definition["spec"]["names"]["kind"])
        for definition in definitions
        if definition["kind"] == "CustomResourceDefinition"
    }
    members = []
    for definition in definitions:
        ref = ObjectRef.of(definition)
        resource: Resource | None
        try:
            resource = discovery.resource(f"{ref.kind}.{ref.group}", ref.api_version)
        except UnknownKindError:
            custom = "." in ref.group and not ref.group.endswith(".k8s.io")
            if (ref.group, ref.kind) not in coming and not (terms.dry_run and custom):
                raise
            resource = None
        members.append(Member(_completed(definition, resource, terms), resource))
    return members


def _completed(definition: KubeObject, resource: Resource | None, terms: Terms) -> KubeObject:
    metadata = definition["metadata"]
    if resource is not None and not resource.namespaced:
        definition = definition | {"metadata": {key: metadata[key] for key in metadata if key != "namespace"}}
    elif resource is not None and not metadata.get("namespace"):
        if not terms.namespace:
            raise DefinitionError(
                f"{ObjectRef.of(definition)} names no namespace",
                expected="metadata.namespace, or a namespace for the whole set",
                found="neither",
                next_step="Add metadata.namespace to the template; nothing was touched",
            )
        definition = definition | {"metadata": metadata | {"namespace": terms.namespace}}
    return applyset.labelled(definition, terms.apply_set) if terms.apply_set is not None else definition
