"""vSphere namespaces as they are and as they are wanted, and the difference; no I/O.

Fields are those of vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py: Instances.Info and InfoV2, CreateSpec and CreateSpecV2,
UpdateSpec, Access, StorageSpec, VMServiceSpec, ContentLibrarySpec; and ResourceQuotaOptionsV1. A field of UpdateSpec that is left out leaves
things as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from fedfleet.vsphere.answers import Answer
from fedfleet.vsphere.supervisors import ConfigStatus, Message, told

Role = Literal["OWNER", "EDIT", "VIEW"]
SubjectType = Literal["USER", "GROUP"]


class Access(Answer):
    """Who may do what in a namespace: Instances.Access. OWNER since 7.0.2.00100."""

    subject_type: SubjectType
    subject: str
    domain: str
    role: Role

    @property
    def key(self) -> tuple[str, str, str]:
        """Whom it is about; vCenter compares names without case."""
        return (self.subject_type, self.domain.lower(), self.subject.lower())


class StorageSpec(Answer):
    """A storage policy of a namespace: Instances.StorageSpec. ``limit`` in MiB; None for no limit, 0 for nothing at all."""

    policy: str
    limit: int | None = None


class VMServiceSpec(Answer):
    """VM classes and libraries that a namespace may use: Instances.VMServiceSpec, since 7.0.2.00100."""

    content_libraries: frozenset[str] | None = None
    vm_classes: frozenset[str] | None = None


class LibrarySpec(Answer):
    """A content library of a namespace: Instances.ContentLibrarySpec, since 8.0.2.0."""

    content_library: str
    writable: bool | None = None


class Stats(Answer):
    """What a namespace uses: Instances.Stats. MHz, MiB, MiB."""

    cpu_used: int
    memory_used: int
    storage_used: int


class Quotas(Answer):
    """What a namespace may use at most: ResourceQuotaOptionsV1. MHz, MiB, MiB; None for no limit."""

    cpu_limit: int | None = None
    memory_limit: int | None = None
    storage_request_limit: int | None = None


class Info(Answer):
    """A namespace: what Instances.Info and InfoV2 have alike, and the one of cluster and Supervisor that each has."""

    cluster: str | None = None
    supervisor: str | None = None
    config_status: ConfigStatus
    messages: tuple[Message, ...] = ()
    stats: Stats
    description: str = ""
    access_list: tuple[Access, ...] = ()
    storage_specs: tuple[StorageSpec, ...] = ()
    vm_service_spec: VMServiceSpec | None = None
    content_libraries: tuple[LibrarySpec, ...] | None = None
    resource_spec: Quotas | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """What vCenter says about it, with severity, the worst first."""
        return told(self.messages)

    def settings(self) -> dict[str, Any]:
        """What can be set, as plain values in a steady order; for diffs and results."""
        service = self.vm_service_spec or VMServiceSpec()
        return {
            "description": self.description,
            "access": [one.model_dump() for one in sorted(self.access_list, key=lambda one: one.key)],
            "storage": [one.model_dump() for one in sorted(self.storage_specs, key=lambda one: one.policy)],
            "vm_classes": sorted(service.vm_classes or ()),
            "content_libraries": sorted(
                (service.content_libraries or frozenset()) | {one.content_library for one in self.content_libraries or ()}
            ),
        }


@dataclass(frozen=True)
class Wanted:
    """A namespace as it is wanted; None means that it is left as it is.

    Attributes:
        network: network of a Supervisor on vSphere Distributed Switch (CreateSpec.networks); set at creation only.
        content_libraries: ids of libraries for the VM service and node images.
    """

    name: str
    description: str | None = None
    access: tuple[Access, ...] | None = None
    storage: tuple[StorageSpec, ...] | None = None
    vm_classes: frozenset[str] | None = None
    content_libraries: frozenset[str] | None = None
    network: str | None = None


@dataclass(frozen=True)
class Changes:
    """What has to be done to a namespace that is there.

    Attributes:
        update: body of the PATCH (UpdateSpec); empty for none.
        grant: access to create. regrant: access whose role to set. revoke: access to take away.
    """

    update: dict[str, Any] = field(default_factory=dict)
    grant: tuple[Access, ...] = ()
    regrant: tuple[Access, ...] = ()
    revoke: tuple[Access, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.update or self.grant or self.regrant or self.revoke)


def create_spec(wanted: Wanted, supervisor: str, *, by_cluster: bool) -> dict[str, Any]:
    """Body of the POST: CreateSpecV2, or CreateSpec for a vCenter that knows Supervisors by cluster."""
    body: dict[str, Any] = {"cluster" if by_cluster else "supervisor": supervisor, "namespace": wanted.name}
    if wanted.description is not None:
        body["description"] = wanted.description
    if wanted.access:
        body["access_list"] = [one.model_dump() for one in wanted.access]
    if wanted.storage:
        body["storage_specs"] = _storage(wanted.storage)
    if wanted.network:
        body["networks"] = [wanted.network]
    service = _service(wanted)
    if service:
        body["vm_service_spec"] = service
    return body


def changes(info: Info, wanted: Wanted, *, exclusive_access: bool = False) -> Changes:
    """What differs; nothing else is part of it.

    Access that is not wanted is taken away only with ``exclusive_access``: others may have given it.
    """
    update: dict[str, Any] = {}
    if wanted.description is not None and wanted.description != info.description:
        update["description"] = wanted.description
    if wanted.storage is not None and set(wanted.storage) != set(info.storage_specs):
        update["storage_specs"] = _storage(wanted.storage)
    service = info.vm_service_spec or VMServiceSpec()
    if _differs(wanted.vm_classes, service.vm_classes) or _differs(wanted.content_libraries, service.content_libraries):
        update["vm_service_spec"] = _merged_service(service, wanted)
    have = {one.key: one for one in info.access_list}
    want = {one.key: one for one in wanted.access or ()}
    return Changes(
        update,
        grant=tuple(one for key, one in want.items() if key not in have),
        regrant=tuple(one for key, one in want.items() if key in have and have[key].role != one.role),
        revoke=tuple(one for key, one in have.items() if key not in want) if exclusive_access and wanted.access is not None else (),
    )


def whole_update(info: Info, wanted: Wanted) -> dict[str, Any]:
    """Body of a PATCH that says all that is wanted, whether it differs or not; the description, where nothing is."""
    update: dict[str, Any] = {"description": info.description if wanted.description is None else wanted.description}
    if wanted.storage is not None:
        update["storage_specs"] = _storage(wanted.storage)
    return update | {"vm_service_spec": _merged_service(info.vm_service_spec or VMServiceSpec(), wanted)}


def after(info: Info, change: Changes) -> Info:
    """The namespace as it will be, for a plan."""
    gone = {one.key for one in (*change.revoke, *change.regrant)}
    access = (*(one for one in info.access_list if one.key not in gone), *change.grant, *change.regrant)
    fields = info.model_dump() | change.update | {"access_list": [one.model_dump() for one in access]}
    return Info.model_validate(fields)


def _differs(wanted: frozenset[str] | None, found: frozenset[str] | None) -> bool:
    return wanted is not None and wanted != (found or frozenset())


def _storage(specs: tuple[StorageSpec, ...]) -> list[dict[str, Any]]:
    return [one.model_dump(exclude_none=True) for one in sorted(specs, key=lambda one: one.policy)]


def _merged_service(service: VMServiceSpec, wanted: Wanted) -> dict[str, Any]:
    """VMServiceSpec for a PATCH, where it is one field: what is not wanted differently is sent as it is, or it would be taken away."""
    merged = Wanted(
        wanted.name,
        vm_classes=service.vm_classes if wanted.vm_classes is None else wanted.vm_classes,
        content_libraries=service.content_libraries if wanted.content_libraries is None else wanted.content_libraries,
    )
    return _service(merged)


def _service(wanted: Wanted) -> dict[str, Any]:
    """VMServiceSpec of what is wanted."""
    body: dict[str, Any] = {}
    if wanted.content_libraries is not None:
        body["content_libraries"] = sorted(wanted.content_libraries)
    if wanted.vm_classes is not None:
        body["vm_classes"] = sorted(wanted.vm_classes)
    return body
