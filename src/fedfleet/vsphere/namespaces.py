"""vSphere namespaces at vCenter: found, created, changed, waited for, removed.

Calls are those of vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py Instances and Access.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fedfleet.vsphere import errors, namespace_specs
from fedfleet.vsphere.answers import read
from fedfleet.vsphere.namespace_specs import Access, Changes, Info, Wanted
from fedfleet.vsphere.waiting import State, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.vsphere.client import Client
    from fedfleet.vsphere.supervisors import Supervisor

INSTANCES = "/vcenter/namespaces/instances"
INSTANCES_V2 = "/vcenter/namespaces/instances/v2"
ACCESS = "/vcenter/namespaces/instances/{namespace}/access/{domain}/{subject}"


# How long vCenter may take to begin with a namespace again.
_GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be, to a namespace.

    Attributes:
        before, after: as it was and is; None where it was or is not there.
    """

    changed: bool
    before: Info | None = None
    after: Info | None = None


def find(client: Client, name: str) -> Info | None:
    """The namespace, or None where there is none.

    Raises:
        UnauthorizedError: there is one, and the user may not see it.
    """
    path = f"{INSTANCES}/{quote(name, safe='')}"
    try:
        answer = client.rest.find(path)
    except errors.UnauthorizedError as error:
        raise _hidden(name, error) from error
    return None if answer is None else read(Info, answer, path)


def names(client: Client) -> list[str]:
    """The namespaces that the user may see, by name."""
    answer = client.rest.get(INSTANCES)
    rows = read(list[dict[str, object]], answer, INSTANCES)
    return sorted(str(row["namespace"]) for row in rows if "namespace" in row)


def ensure(
    client: Client,
    supervisor: Supervisor,
    wanted: Wanted,
    *,
    timeout: float,
    exclusive_access: bool = False,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Create the namespace, or change what differs, and return once it is RUNNING; ``timeout`` in seconds.

    One that is in ERROR is told all that is wanted again, which has vCenter try anew: what an earlier run left half made is finished.

    Raises:
        SettingsError: it is one of another Supervisor.
        UnauthorizedError, AlreadyExistsError: somebody has one of the name, and the user may not see it.
        WaitError: it came into ERROR, or time is up; with vCenter's messages.
    """
    before = find(client, wanted.name)
    if before is not None and before.config_status == "REMOVING":
        if dry_run:
            return Outcome(changed=True, before=before, after=_planned(supervisor, wanted))
        wait_gone(client, wanted.name, timeout, progress)
        before = None
    if before is None:
        if dry_run:
            return Outcome(changed=True, after=_planned(supervisor, wanted))
        if not _create(client, supervisor, wanted):
            # Another site of the same cluster was quicker: what it made is held against what is wanted here.
            return ensure(client, supervisor, wanted, timeout=timeout, exclusive_access=exclusive_access, progress=progress)
        return Outcome(changed=True, after=wait_running(client, wanted.name, timeout, progress))
    _same_supervisor(before, supervisor, wanted.name)
    change = namespace_specs.changes(before, wanted, exclusive_access=exclusive_access)
    if before.config_status == "ERROR":
        change = replace(change, update=namespace_specs.whole_update(before, wanted))
    if dry_run:
        return Outcome(bool(change), before, namespace_specs.after(before, change) if change else before)
    if change:
        _carry_out(client, wanted.name, change)
    grace = _GRACE_SECONDS if before.config_status == "ERROR" else 0.0
    return Outcome(bool(change), before, wait_running(client, wanted.name, timeout, progress, grace=grace))


def remove(client: Client, name: str, *, timeout: float, dry_run: bool = False, progress: Callable[[str], None] | None = None) -> Outcome:
    """Remove the namespace and everything in it, and return once it is gone; ``timeout`` in seconds.

    Raises:
        WaitError: time is up; with vCenter's messages.
    """
    before = find(client, name)
    if before is None:
        return Outcome(changed=False)
    if not dry_run:
        if before.config_status != "REMOVING":
            client.rest.delete(f"{INSTANCES}/{quote(name, safe='')}")
        wait_gone(client, name, timeout, progress)
    return Outcome(changed=True, before=before)


def wait_running(client: Client, name: str, timeout: float, progress: Callable[[str], None] | None = None, *, grace: float = 0.0) -> Info:
    """The namespace, once vCenter says that it is RUNNING (Instances.ConfigStatus).

    For ``grace`` seconds, ERROR may be what it was before it was changed.

    Raises:
        WaitError: ERROR, or time is up; with vCenter's messages.
    """
    seen: list[Info] = []
    forgiven_until = time.monotonic() + grace

    def look() -> State:
        info = find(client, name)
        if info is None:
            return State(done=False, text="vCenter does not list it yet")
        seen[:] = [info]
        text = "; ".join([info.config_status, *info.said])
        broken = info.config_status == "ERROR" and time.monotonic() >= forgiven_until
        advice = "Put right what the messages name: storage policies, VM classes and libraries must be of this vCenter" if broken else ""
        return State(done=info.config_status == "RUNNING", text=text, hopeless=broken, next_step=advice)

    until(look, f"namespace {name} is running", timeout, progress, where=client.rest.origin)
    return seen[0]


def wait_gone(client: Client, name: str, timeout: float, progress: Callable[[str], None] | None = None) -> None:
    """Return once the namespace is gone.

    Raises:
        WaitError: time is up; with vCenter's messages.
    """

    def look() -> State:
        info = find(client, name)
        text = "gone" if info is None else "; ".join([info.config_status, *info.said])
        return State(done=info is None, text=text, next_step="Look at what is left in the namespace: clusters, VMs, volumes")

    until(look, f"namespace {name} is gone", timeout, progress, where=client.rest.origin)


def shown(info: Info | None) -> dict[str, Any]:
    """Settings and state as plain values; empty for none."""
    if info is None:
        return {}
    return info.settings() | {"config_status": info.config_status, "messages": list(info.said)}


def _create(client: Client, supervisor: Supervisor, wanted: Wanted) -> bool:
    """Have it made; False where somebody else has made one of the name since it was looked for."""
    body = namespace_specs.create_spec(wanted, supervisor.id, by_cluster=supervisor.by_cluster)
    try:
        # Names are unique: asked twice, vCenter says that it is there, and what is there is compared.
        client.rest.post(INSTANCES if supervisor.by_cluster else INSTANCES_V2, body, repeatable=True)
    except errors.AlreadyExistsError as error:
        if find(client, wanted.name) is None:
            raise _hidden(wanted.name, error) from error
        return False
    except errors.UnreachableError as error:
        # It may have been carried out before the conversation broke off; then it is there and is waited for.
        if not error.perhaps_done or find(client, wanted.name) is None:
            raise
    return True


def _hidden(name: str, error: errors.ApiError) -> errors.ApiError:
    """The same error, of a namespace that is there and not shown to the user."""
    return type(error)(
        f"Somebody has a vSphere Namespace {name}, and this account may not see it",
        status=error.status,
        error_type=error.error_type,
        identifiers=error.identifiers,
        expected="a name that nobody has yet, or a namespace on which the account has System.Read and Namespaces.Configure",
        found=error.found,
        where=error.where,
        next_step="Choose another name for the namespace, or ask the vSphere administrator whose it is and for these privileges on it",
    )


def _carry_out(client: Client, name: str, change: Changes) -> None:
    if change.update:
        client.rest.patch(f"{INSTANCES}/{quote(name, safe='')}", change.update)
    for access in change.grant:
        client.rest.post(_access_path(name, access), {"role": access.role}, {"type": access.subject_type})
    for access in change.regrant:
        client.rest.put(_access_path(name, access), {"role": access.role}, {"type": access.subject_type})
    for access in change.revoke:
        client.rest.delete(_access_path(name, access), {"type": access.subject_type})


def _access_path(name: str, access: Access) -> str:
    return ACCESS.format(namespace=quote(name, safe=""), domain=quote(access.domain, safe=""), subject=quote(access.subject, safe=""))


def _same_supervisor(info: Info, supervisor: Supervisor, name: str) -> None:
    """Namespace names are unique in a vCenter, so one of that name may be another Supervisor's.

    ``Info.cluster`` names the Supervisor where it is one of a single cluster; of others it says nothing that could be compared.
    """
    if supervisor.by_cluster and info.cluster and info.cluster != supervisor.id:
        raise errors.SettingsError(
            f"Namespace {name} belongs to another Supervisor",
            expected=f"Supervisor {supervisor.name} ({supervisor.id})",
            found=info.cluster,
            where=name,
            next_step="Choose another name for the namespace, or name its Supervisor",
        )


def _planned(supervisor: Supervisor, wanted: Wanted) -> Info:
    """The namespace as it would be created."""
    body = namespace_specs.create_spec(wanted, supervisor.id, by_cluster=supervisor.by_cluster)
    return Info.model_validate({"config_status": "CONFIGURING", "stats": {"cpu_used": 0, "memory_used": 0, "storage_used": 0}} | body)
