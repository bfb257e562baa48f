"""vSphere Namespaces: wanted against found, created, changed, waited for, removed.

vmware-vcenter 9.1.1 ``com/vmware/vcenter/namespaces_client.py``: Instances.CreateSpecV2 (since 8.0.0.1), InfoV2, UpdateSpec.
A field that UpdateSpec leaves out means "leave as it is", so that only what differs is sent.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere.errors import VsphereError, WaitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fedfleet.vsphere.rest import Rest

INSTANCES = "/api/vcenter/namespaces/instances"
_POLL = 1.0


@dataclass(frozen=True)
class Access:
    """Who has which role: OWNER, EDIT or VIEW."""

    subject: str
    domain: str
    role: str = "EDIT"
    subject_type: str = "USER"

    def sent(self) -> dict[str, str]:
        """Returns it as Instances.Access."""
        return {"subject_type": self.subject_type, "subject": self.subject, "domain": self.domain, "role": self.role}


@dataclass(frozen=True)
class Namespace:
    """What a namespace is to have; None leaves a part as it is found.

    Attributes:
        name: a DNS label.
        description: for people.
        storage: limit in MiB, None for none, by storage policy's identifier.
        vm_classes: names.
        content_libraries: identifiers of libraries with node images; before 9.0 they are given here.
        access: who may work in it.
    """

    name: str
    description: str | None = None
    storage: Mapping[str, int | None] | None = None
    vm_classes: tuple[str, ...] | None = None
    content_libraries: tuple[str, ...] | None = None
    access: tuple[Access, ...] | None = None


@dataclass(frozen=True)
class Found:
    """A namespace as vCenter has it.

    Attributes:
        status: CONFIGURING, REMOVING, RUNNING or ERROR.
        messages: severity and text of what vCenter says about it.
        fields: those of UpdateSpec that we deal in, as they travel.
    """

    name: str
    status: str
    messages: tuple[tuple[str, str], ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def complaint(self) -> str:
        """What vCenter says, in one line."""
        return "; ".join(f"{severity.lower()}: {said}" for severity, said in self.messages)


def find(rest: Rest, name: str) -> Found | None:
    """Returns the namespace, None where there is none."""
    info = rest.find(f"{INSTANCES}/v2/{name}")
    if info is None:
        return None
    messages = tuple(
        (str(item["severity"]), str((item.get("details") or {}).get("default_message", ""))) for item in info.get("messages") or ()
    )
    return Found(name, info["config_status"], messages, _comparable(info))


def wanted_fields(wanted: Namespace) -> dict[str, Any]:
    """Returns the fields of UpdateSpec that say what is wanted; those that are to be left are not in it."""
    fields: dict[str, Any] = {}
    if wanted.description is not None:
        fields["description"] = wanted.description
    if wanted.storage is not None:
        # No limit is no field: 0 would be a quota of nothing.
        fields["storage_specs"] = [
            {"policy": policy} | ({"limit": limit} if limit is not None else {}) for policy, limit in sorted(wanted.storage.items())
        ]
    if wanted.vm_classes is not None or wanted.content_libraries is not None:
        fields["vm_service_spec"] = {
            "vm_classes": sorted(wanted.vm_classes or ()),
            "content_libraries": sorted(wanted.content_libraries or ()),
        }
    if wanted.access is not None:
        fields["access_list"] = sorted((entry.sent() for entry in wanted.access), key=_subject)
    return fields


def difference(wanted: Namespace, found: Found) -> dict[str, Any]:
    """Returns the UpdateSpec that makes the namespace as wanted; empty where it is."""
    return {name: value for name, value in wanted_fields(wanted).items() if found.fields.get(name) != value}


def create(rest: Rest, supervisor: str, wanted: Namespace) -> None:
    """Asks for a namespace; `wait_running` waits for it.

    Raises:
        AlreadyExistsError: the name is taken. InvalidError: a policy, class or library does not exist.
    """
    rest.ask("POST", f"{INSTANCES}/v2", {"supervisor": supervisor, "namespace": wanted.name, **wanted_fields(wanted)})


def change(rest: Rest, name: str, fields: Mapping[str, Any]) -> None:
    """Changes the given fields and leaves all others."""
    rest.ask("PATCH", f"{INSTANCES}/{name}", fields)


def wait_running(rest: Rest, name: str, timeout: float, progress: Callable[[str], None]) -> Found:
    """Waits until the namespace is RUNNING, for at most `timeout` seconds.

    Raises:
        WaitError: it went to ERROR, is being removed, or is not there in time; vCenter's messages are in it.
    """
    deadline = time.monotonic() + timeout
    while True:
        found = find(rest, name)
        status = found.status if found else "not there"
        if found and status == "RUNNING":
            return found
        said = found.complaint if found else ""
        if status in ("ERROR", "REMOVING") or time.monotonic() >= deadline:
            raise WaitError(
                f"Namespace {name} is not usable",
                expected=f"config status RUNNING within {timeout:.0f} s",
                found=f"{status}" + (f" ({said})" if said else ""),
                where=f"https://{rest.hostname}",
                next_step="See vSphere Client, Workload Management, Namespaces" if status != "REMOVING" else "Wait until it is gone",
            )
        progress(f"namespace {name}: {status}" + (f", {said}" if said else ""))
        time.sleep(_POLL)


def remove(rest: Rest, name: str, timeout: float, progress: Callable[[str], None]) -> None:
    """Removes a namespace with everything in it and waits until it is gone, for at most `timeout` seconds.

    Raises:
        WaitError: it is still there then.
    """
    rest.ask("DELETE", f"{INSTANCES}/{name}")
    deadline = time.monotonic() + timeout
    while (found := find(rest, name)) is not None:
        if time.monotonic() >= deadline:
            raise WaitError(
                f"Namespace {name} is still there",
                expected=f"that it is gone within {timeout:.0f} s",
                found=f"{found.status}" + (f" ({found.complaint})" if found.complaint else ""),
                where=f"https://{rest.hostname}",
            )
        progress(f"namespace {name}: {found.status}")
        time.sleep(_POLL)


def require_label(name: str) -> None:
    """Does nothing for a name that a namespace may have.

    Raises:
        VsphereError: VMware keeps the name for itself.
    """
    if name.startswith("vmware-system"):
        raise VsphereError(f"{name} is no name for a namespace", expected="one that does not begin with vmware-system", found=name)


def _comparable(info: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the parts of InfoV2 in the form and order that `wanted_fields` gives them."""
    service = info.get("vm_service_spec") or {}
    storage = [{name: spec[name] for name in ("policy", "limit") if spec.get(name) is not None} for spec in info.get("storage_specs") or ()]
    access = [{name: entry[name] for name in ("subject_type", "subject", "domain", "role")} for entry in info.get("access_list") or ()]
    return {
        "description": info.get("description", ""),
        "storage_specs": sorted(storage, key=lambda spec: str(spec["policy"])),
        "vm_service_spec": {
            "vm_classes": sorted(service.get("vm_classes") or ()),
            "content_libraries": sorted(service.get("content_libraries") or ()),
        },
        "access_list": sorted(access, key=_subject),
    }


def _subject(entry: Mapping[str, str]) -> tuple[str, str, str]:
    return entry["domain"], entry["subject"], entry["subject_type"]
