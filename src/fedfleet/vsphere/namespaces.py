"""vSphere namespaces at vCenter: found, created, changed, waited for, removed.

Calls are those of vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py Instances and Access.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fedfleet.vsphere import errors, namespace_specs, supervisors
from fedfleet.vsphere.answers import read
from fedfleet.vsphere.namespace_specs import Access, Changes, Info, Wanted
from fedfleet.vsphere.waiting import State, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.vsphere.client import Client
    from fedfleet.vsphere.supervisors import NetworkProvider, Supervisor

INSTANCES = "/vcenter/namespaces/instances"
INSTANCES_V2 = "/vcenter/namespaces/instances/v2"
ACCESS = "/vcenter/namespaces/instances/{namespace}/access/{domain}/{subject}"


# How long vCenter may take to begin with a namespace again.
_GRACE_SECONDS = 10.0
# How often what another site undid in the same moment is said again.
_REPEATS = 3


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be, to a namespace.

    Attributes:
        before, after: as it was and is; None where it was or is not there.
    """

    changed: bool
    before: Info | None = None
    after: Info | None = None


def find(client: Client, name: str, *, of_supervisor: bool = False) -> Info | None:
    """The namespace, or None where there is none; ``of_supervisor`` has vCenter name its Supervisor, which none does before 8.0.0.1.

    Raises:
        UnauthorizedError: there is one, and the user may not see it.
    """
    path = f"{INSTANCES_V2 if of_supervisor else INSTANCES}/{quote(name, safe='')}"
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


def using_library(client: Client, library: str) -> list[str]:
    """The namespaces that the user may see and that use the library of that id, by name."""
    infos = ((name, find(client, name)) for name in names(client))
    return [name for name, info in infos if info is not None and library in info.libraries]


def ensure(
    client: Client,
    supervisor: Supervisor,
    wanted: Wanted,
    *,
    timeout: float,
    exclusive: bool = False,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Create the namespace, or change what differs, and return once it is RUNNING; ``timeout`` in seconds.

    What others have given it stays, unless what is wanted is ``exclusive``. One that is in ERROR is told all that is wanted again, which has
    vCenter try anew: what an earlier run left half made is finished.

    Raises:
        SettingsError: it is one of another Supervisor, or not one that the Supervisor's network has.
        UnauthorizedError, AlreadyExistsError: somebody has one of the name, and the user may not see it.
        WaitError: it came into ERROR, or time is up; with vCenter's messages.
    """
    newer = not supervisor.by_cluster
    before = find(client, wanted.name, of_supervisor=newer)
    if before is not None:
        _same_supervisor(before, supervisor, wanted.name)
    if before is not None and before.config_status == "REMOVING":
        if dry_run:
            return Outcome(changed=True, before=before, after=_planned(client, supervisor, wanted))
        wait_gone(client, wanted.name, timeout, progress)
        before = None
    if before is None:
        if dry_run:
            return Outcome(changed=True, after=_planned(client, supervisor, wanted))
        if not _create(client, supervisor, wanted):
            # Another site of the same cluster was quicker: what it made is held against what is wanted here.
            return ensure(client, supervisor, wanted, timeout=timeout, exclusive=exclusive, progress=progress)
        return Outcome(changed=True, after=wait_running(client, wanted.name, timeout, progress, of_supervisor=newer))
    change = namespace_specs.changes(before, wanted, exclusive=exclusive)
    if before.config_status == "ERROR":
        change = replace(change, update=namespace_specs.whole_update(before, wanted, exclusive=exclusive))
    if dry_run:
        return Outcome(bool(change), before, namespace_specs.after(before, change) if change else before)
    if change:
        _carry_out(client, wanted.name, change)
    grace = _GRACE_SECONDS if before.config_status == "ERROR" else 0.0
    changed, after = bool(change), wait_running(client, wanted.name, timeout, progress, of_supervisor=newer, grace=grace)
    for _ in range(_REPEATS if changed and not exclusive else 0):
        # Lists are sent whole: another site that did so at the same time may have left out what is wanted here.
        change = namespace_specs.changes(after, wanted)
        if not change.update.keys() & namespace_specs.LISTS:
            break
        _carry_out(client, wanted.name, change)
        after = wait_running(client, wanted.name, timeout, progress, of_supervisor=newer)
    return Outcome(changed, before, after)


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


def wait_running(
    client: Client,
    name: str,
    timeout: float,
    progress: Callable[[str], None] | None = None,
    *,
    of_supervisor: bool = False,
    grace: float = 0.0,
) -> Info:
    """The namespace, once vCenter says that it is RUNNING (Instances.ConfigStatus).

    For ``grace`` seconds, ERROR may be what it was before it was changed.

    Raises:
        WaitError: ERROR, or time is up; with vCenter's messages.
    """
    seen: list[Info] = []
    forgiven_until = time.monotonic() + grace

    def look() -> State:
        info = find(client, name, of_supervisor=of_supervisor)
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
    body = _create_spec(client, supervisor, wanted)
    try:
        # Names are unique: asked twice, vCenter says that it is there, and what is there is compared.
        client.rest.post(INSTANCES if supervisor.by_cluster else INSTANCES_V2, body, repeatable=True)
    except errors.AlreadyExistsError as error:
        if find(client, wanted.name, of_supervisor=not supervisor.by_cluster) is None:
            raise _hidden(wanted.name, error) from error
        return False
    except errors.UnreachableError as error:
        # It may have been carried out before the conversation broke off; then it is there and is waited for.
        if not error.perhaps_done or find(client, wanted.name, of_supervisor=not supervisor.by_cluster) is None:
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

    Where the Supervisor is known by its cluster, so is the namespace's; ``Info.cluster`` names it for Supervisors on a single cluster.
    """
    theirs = info.cluster if supervisor.by_cluster else info.supervisor
    if theirs and theirs != supervisor.id:
        raise errors.SettingsError(
            f"Namespace {name} belongs to another Supervisor",
            expected=f"Supervisor {supervisor.name} ({supervisor.id})",
            found=theirs,
            where=name,
            next_step="Choose another name for the namespace, or name its Supervisor",
        )


def _create_spec(client: Client, supervisor: Supervisor, wanted: Wanted) -> dict[str, Any]:
    """Body of the POST, with the network that the Supervisor's provider asks for."""
    provider = supervisors.network_provider(client, supervisor)
    _possible_network(supervisor, wanted, provider)
    return namespace_specs.create_spec(wanted, supervisor.id, by_cluster=supervisor.by_cluster, network_provider=provider or "")


def _possible_network(supervisor: Supervisor, wanted: Wanted, provider: NetworkProvider | None) -> None:
    """Do nothing where the Supervisor's network provider has what is wanted of it.

    Raises:
        SettingsError: it has not.
    """
    if provider is None:
        return
    expected, next_step = "", ""
    if wanted.network and provider != supervisors.VSPHERE_NETWORK:
        expected, next_step = f"no network, because {provider} makes the namespace's own", "Leave the name of the network out"
    elif (wanted.vpc or wanted.vpc_cidrs) and provider != supervisors.NSX_VPC:
        expected, next_step = f"neither a VPC nor its networks, which {provider} does not have", "Leave them out"
    elif provider == supervisors.NSX_VPC and supervisor.by_cluster:
        # CreateSpec, which takes a cluster, says nothing of a VPC.
        expected = (
            "an account that may list Supervisors (Namespaces.Manage), because namespaces with NSX VPC are made by the Supervisor's id"
        )
        next_step = "Have the vSphere administrator make the namespace, or give the account Namespaces.Manage"
    if expected:
        raise errors.SettingsError(
            f"Namespace {wanted.name} cannot be made as it is wanted",
            expected=expected,
            found=f"network {wanted.network}" if wanted.network else wanted.vpc or ", ".join(map(str, wanted.vpc_cidrs)) or "none",
            where=f"Supervisor {supervisor.name}",
            next_step=next_step,
        )


def _planned(client: Client, supervisor: Supervisor, wanted: Wanted) -> Info:
    """The namespace as it would be created."""
    body = _create_spec(client, supervisor, wanted)
    return Info.model_validate({"config_status": "CONFIGURING", "stats": {"cpu_used": 0, "memory_used": 0, "storage_used": 0}} | body)
