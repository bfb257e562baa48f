"""vSphere namespaces as they are and as they are wanted, and the difference; no I/O.

Fields are those of vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py: Instances.Info and InfoV2, CreateSpec and CreateSpecV2,
UpdateSpec, Access, StorageSpec, VMServiceSpec, ContentLibrarySpec, NetworkConfigCreateSpec, VpcNetworkCreateSpec, VpcConfig; and
ResourceQuotaOptionsV1. A field of UpdateSpec that is left out leaves things as they are; a list that is sent is the whole list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any, Literal

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Answer
from fedfleet.vsphere.supervisors import NSX_VPC, ConfigStatus, Message, told

if TYPE_CHECKING:
    from collections.abc import Iterable

Role = Literal["OWNER", "EDIT", "VIEW"]
SubjectType = Literal["USER", "GROUP"]

# Fields of UpdateSpec that are lists, or have some: what is left out of them is taken away.
LISTS = frozenset({"storage_specs", "vm_service_spec"})


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

    @property
    def libraries(self) -> frozenset[str]:
        """The ids of the libraries that it may use, by whichever of the two fields."""
        service = self.vm_service_spec or VMServiceSpec()
        return (service.content_libraries or frozenset()) | {one.content_library for one in self.content_libraries or ()}

    def settings(self) -> dict[str, Any]:
        """What can be set, as plain values in a steady order; for diffs and results."""
        service = self.vm_service_spec or VMServiceSpec()
        return {
            "description": self.description,
            "access": [one.model_dump() for one in sorted(self.access_list, key=lambda one: one.key)],
            "storage": [one.model_dump() for one in sorted(self.storage_specs, key=lambda one: one.policy)],
            "vm_classes": sorted(service.vm_classes or ()),
            "content_libraries": sorted(self.libraries),
        }


@dataclass(frozen=True)
class Wanted:
    """A namespace as it is wanted; None means that it is left as it is.

    Attributes:
        network: network of a Supervisor on vSphere Distributed Switch (CreateSpec.networks); set at creation only.
        vpc: NSX path of a VPC that is there, on a Supervisor with NSX VPC; empty for one of the namespace's own. Set at creation only.
        vpc_cidrs: private networks of a VPC of its own; empty for the Supervisor's. Set at creation only.
        content_libraries: ids of libraries for the VM service and node images.
    """

    name: str
    description: str | None = None
    access: tuple[Access, ...] | None = None
    storage: tuple[StorageSpec, ...] | None = None
    vm_classes: frozenset[str] | None = None
    content_libraries: frozenset[str] | None = None
    network: str | None = None
    vpc: str = ""
    vpc_cidrs: tuple[IPv4Network, ...] = ()


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


def networks(cidrs: Iterable[str]) -> tuple[IPv4Network, ...]:
    """Networks as they are written, such as ``172.26.0.0/16``.

    Raises:
        SettingsError: one is none.
    """
    try:
        return tuple(IPv4Network(one) for one in cidrs)
    except ValueError as error:
        raise errors.SettingsError(
            "A private network of a VPC cannot be used",
            expected="an IPv4 network such as 172.26.0.0/16",
            found=str(error),
            next_step="Put vpc_cidrs right",
        ) from error


def create_spec(wanted: Wanted, supervisor: str, *, by_cluster: bool, network_provider: str = "") -> dict[str, Any]:
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
    if network_provider == NSX_VPC:
        body["network_spec"] = {"network_provider": NSX_VPC, "vpc_network": _vpc(wanted)}
    service = _service(wanted.vm_classes, wanted.content_libraries)
    if service:
        body["vm_service_spec"] = service
    return body


def changes(info: Info, wanted: Wanted, *, exclusive: bool = False) -> Changes:
    """What differs; nothing else is part of it.

    Access, storage policies, VM classes and libraries that are not wanted, and limits where none is, go only with ``exclusive``: others may
    have given them.
    """
    update: dict[str, Any] = {}
    if wanted.description is not None and wanted.description != info.description:
        update["description"] = wanted.description
    storage = _merged_storage(info, wanted, exclusive=exclusive)
    if storage != set(info.storage_specs):
        update["storage_specs"] = _storage(storage)
    service = _merged_service(info, wanted, exclusive=exclusive)
    if service != _service_of(info):
        update["vm_service_spec"] = _service(*service)
    have = {one.key: one for one in info.access_list}
    want = {one.key: one for one in wanted.access or ()}
    return Changes(
        update,
        grant=tuple(one for key, one in want.items() if key not in have),
        regrant=tuple(one for key, one in want.items() if key in have and have[key].role != one.role),
        revoke=tuple(one for key, one in have.items() if key not in want) if exclusive and wanted.access is not None else (),
    )


def whole_update(info: Info, wanted: Wanted, *, exclusive: bool = False) -> dict[str, Any]:
    """Body of a PATCH that says all that is wanted, whether it differs or not; the description, where nothing is."""
    update: dict[str, Any] = {"description": info.description if wanted.description is None else wanted.description}
    if wanted.storage is not None:
        update["storage_specs"] = _storage(_merged_storage(info, wanted, exclusive=exclusive))
    return update | {"vm_service_spec": _service(*_merged_service(info, wanted, exclusive=exclusive))}


def after(info: Info, change: Changes) -> Info:
    """The namespace as it will be, for a plan."""
    gone = {one.key for one in (*change.revoke, *change.regrant)}
    access = (*(one for one in info.access_list if one.key not in gone), *change.grant, *change.regrant)
    fields = info.model_dump() | change.update | {"access_list": [one.model_dump() for one in access]}
    return Info.model_validate(fields)


def _merged_storage(info: Info, wanted: Wanted, *, exclusive: bool) -> set[StorageSpec]:
    """All storage policies that the namespace is to have, each with its limit."""
    if wanted.storage is None:
        return set(info.storage_specs)
    if exclusive:
        return set(wanted.storage)
    found = {one.policy: one for one in info.storage_specs}
    found |= {one.policy: one for one in wanted.storage if one.limit is not None or one.policy not in found}
    return set(found.values())


def _service_of(info: Info) -> tuple[frozenset[str], frozenset[str]]:
    """VM classes and libraries of a namespace, as its VM service has them."""
    service = info.vm_service_spec or VMServiceSpec()
    return service.vm_classes or frozenset(), service.content_libraries or frozenset()


def _merged_service(info: Info, wanted: Wanted, *, exclusive: bool) -> tuple[frozenset[str], frozenset[str]]:
    """VM classes and libraries that the namespace is to have. They are one field of a PATCH: what is left out of it is taken away."""
    classes, libraries = _service_of(info)
    if wanted.vm_classes is not None:
        classes = wanted.vm_classes if exclusive else classes | wanted.vm_classes
    if wanted.content_libraries is not None:
        # Those that the VM image service was given are in use there; vCenter may list them in both places (VMServiceSpec).
        elsewhere = {one.content_library for one in info.content_libraries or ()}
        new = wanted.content_libraries - elsewhere
        libraries = new | (libraries & elsewhere) if exclusive else libraries | new
    return classes, libraries


def _storage(specs: Iterable[StorageSpec]) -> list[dict[str, Any]]:
    return [one.model_dump(exclude_none=True) for one in sorted(specs, key=lambda one: one.policy)]


def _service(vm_classes: frozenset[str] | None, content_libraries: frozenset[str] | None) -> dict[str, Any]:
    """VMServiceSpec."""
    named = {"content_libraries": content_libraries, "vm_classes": vm_classes}
    return {name: sorted(values) for name, values in named.items() if values is not None}


def _vpc(wanted: Wanted) -> dict[str, Any]:
    """VpcNetworkCreateSpec. With an empty VpcConfig the Supervisor makes a VPC with its own private networks."""
    if wanted.vpc:
        return {"vpc": wanted.vpc}
    cidrs = [{"address": str(one.network_address), "prefix": one.prefixlen} for one in wanted.vpc_cidrs]
    return {"vpc_config": {"private_cidrs": cidrs} if cidrs else {}}
