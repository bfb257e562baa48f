"""Content libraries: where images of VMs and nodes come from; local ones, and ones that subscribe to another.

Fields and calls are those of vmware-vcenter 9.1.1 com/vmware/content_client.py (Library, LocalLibrary, SubscribedLibrary, LibraryModel) and
com/vmware/content/library_client.py (StorageBacking, SubscriptionInfo, Item).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid4, uuid5

from fedfleet.vsphere import errors, namespaces, ownership
from fedfleet.vsphere.answers import Answer, read
from fedfleet.vsphere.waiting import State, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.vsphere.client import Client

LIBRARY = "/content/library"
LOCAL = "/content/local-library"
SUBSCRIBED = "/content/subscribed-library"
ITEMS = "/content/library/item"


class SubscriptionInfo(Answer):
    """What a subscribed library subscribes to: SubscriptionInfo. Thumbprints, certificates and passwords are never told."""

    authentication_method: Literal["BASIC", "NONE"] | None = None
    automatic_sync_enabled: bool | None = None
    on_demand: bool | None = None
    subscription_url: str | None = None
    user_name: str | None = None


class StorageBacking(Answer):
    """Where a library keeps its files: StorageBacking."""

    type: Literal["DATASTORE", "OTHER"] | None = None
    datastore_id: str | None = None


class Library(Answer):
    """A content library: LibraryModel."""

    id: str
    name: str
    description: str = ""
    type: Literal["LOCAL", "SUBSCRIBED"]
    storage_backings: tuple[StorageBacking, ...] = ()
    subscription_info: SubscriptionInfo | None = None
    last_sync_time: str | None = None

    def settings(self) -> dict[str, Any]:
        """What can be set, as plain values; for diffs and results."""
        about = (self.subscription_info or SubscriptionInfo()).model_dump(exclude_none=True)
        return {"name": self.name, "type": self.type, "description": self.description} | about


class ProbeResult(Answer):
    """How a subscription would go: SubscribedLibrary.ProbeResult."""

    status: str
    ssl_thumbprint: str | None = None


@dataclass(frozen=True)
class Wanted:
    """A content library as it is wanted; None means that it is left as it is.

    Attributes:
        datastore: managed object id of the datastore that keeps its files; for creation only.
        url: what to subscribe to; empty for a local library.
        ssl_thumbprint: of the certificate of the other side, which is then compared instead of verified.
        ca_pem: PEM certificate of the other side, compared likewise (SubscriptionInfo.ssl_certificate, since 9.0.0.0).
        on_demand: whether files are fetched only when they are used.
    """

    name: str
    datastore: str = ""
    description: str | None = None
    url: str = ""
    on_demand: bool | None = None
    automatic_sync: bool | None = None
    ssl_thumbprint: str | None = None
    ca_pem: str | None = None
    username: str | None = None
    password: str | None = None

    @property
    def path(self) -> str:
        """Where libraries of its type are made and changed."""
        return SUBSCRIBED if self.url else LOCAL


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be, to a library; None where it was or is not there."""

    changed: bool
    before: Library | None = None
    after: Library | None = None


def list_all(client: Client) -> list[Library]:
    """All content libraries that the user may see, by name."""
    found = [get(client, identifier) for identifier in read(list[str], client.rest.get(LIBRARY), LIBRARY)]
    return sorted((one for one in found if one is not None), key=lambda one: one.name)


def get(client: Client, identifier: str) -> Library | None:
    """The library of that id, or None."""
    path = f"{LIBRARY}/{quote(identifier, safe='')}"
    answer = client.rest.find(path)
    return None if answer is None else read(Library, answer, path)


def find(client: Client, name: str) -> Library | None:
    """The library of that name or id, or None.

    Raises:
        SettingsError: several have that name.
    """
    query = {"action": "find"}
    ids = read(list[str], client.rest.post(LIBRARY, {"name": name}, query, repeatable=True), LIBRARY)
    if len(ids) > 1:
        raise errors.SettingsError(
            f"Several content libraries are called {name}",
            expected="one of that name",
            found=", ".join(ids),
            where=client.rest.origin,
            next_step="Name it by its id",
        )
    return get(client, ids[0] if ids else name)


def identifiers(client: Client, names: list[str]) -> dict[str, str]:
    """The ids of the libraries of those names or ids, by what was given.

    Raises:
        SettingsError: there is none of one of the names.
    """
    found = {name: find(client, name) for name in names}
    missing = [name for name, library in found.items() if library is None]
    if missing:
        raise errors.SettingsError(
            f"vCenter has no content library {', '.join(missing)}",
            expected="names of content libraries of this vCenter",
            found=", ".join(library.name for library in list_all(client)) or "none",
            where=client.rest.origin,
            next_step="Create it (module content_library), or name one that is there",
        )
    return {name: library.id for name, library in found.items() if library is not None}


def items(client: Client, identifier: str) -> list[str]:
    """The ids of what is in a library."""
    return read(list[str], client.rest.get(ITEMS, {"library_id": identifier}), ITEMS)


def create_spec(wanted: Wanted) -> dict[str, Any]:
    """Body of the POST: LibraryModel."""
    body: dict[str, Any] = {
        "name": wanted.name,
        "type": "SUBSCRIBED" if wanted.url else "LOCAL",
        "description": wanted.description or "",
        "storage_backings": [{"type": "DATASTORE", "datastore_id": wanted.datastore}],
    }
    return body | ({"subscription_info": subscription(wanted)} if wanted.url else {})


def subscription(wanted: Wanted) -> dict[str, Any]:
    """SubscriptionInfo of a library that is to be made."""
    body: dict[str, Any] = {
        "subscription_url": wanted.url,
        "authentication_method": "BASIC" if wanted.username else "NONE",
        "automatic_sync_enabled": wanted.automatic_sync is not False,
        "on_demand": wanted.on_demand is not False,
    }
    optional = {
        "user_name": wanted.username,
        "password": wanted.password,
        "ssl_thumbprint": wanted.ssl_thumbprint,
        "ssl_certificate": wanted.ca_pem,
    }
    return body | {name: value for name, value in optional.items() if value}


def update_spec(found: Library, wanted: Wanted) -> dict[str, Any]:
    """Body of the PATCH: LibraryModel with what differs; empty where nothing does.

    Thumbprint, certificate and password are sent along with any change of the subscription: vCenter does not tell them, so that they cannot be
    compared.
    """
    body: dict[str, Any] = {}
    if wanted.description not in (None, found.description):
        body["description"] = wanted.description
    if wanted.url:
        have = found.subscription_info or SubscriptionInfo()
        about: dict[str, Any] = {}
        if wanted.url != have.subscription_url:
            about["subscription_url"] = wanted.url
        if wanted.on_demand not in (None, have.on_demand):
            about["on_demand"] = wanted.on_demand
        if wanted.automatic_sync not in (None, have.automatic_sync_enabled):
            about["automatic_sync_enabled"] = wanted.automatic_sync
        if wanted.username and wanted.username != have.user_name:
            about |= {"authentication_method": "BASIC", "user_name": wanted.username}
        if about:
            secrets = ("ssl_thumbprint", "ssl_certificate", "password")
            body["subscription_info"] = about | {name: value for name, value in subscription(wanted).items() if name in secrets}
    return body


def ensure(client: Client, wanted: Wanted, *, adopt: bool = True, dry_run: bool = False) -> Outcome:
    """Create the library, or change what differs; without ``adopt``, never one of another description.

    Raises:
        SettingsError: a library of that name is of the other type, the datastore is missing, or what it subscribes to does not answer as it must.
        RefusedChangeError: one of another description differs.
    """
    before = find(client, wanted.name)
    kind = "SUBSCRIBED" if wanted.url else "LOCAL"
    if before is not None and before.type != kind:
        raise errors.SettingsError(
            f"Content library {wanted.name} is of another type",
            expected=kind,
            found=before.type,
            where=wanted.name,
            next_step="Choose another name, or remove the library that is there",
        )
    if before is None:
        body = create_spec(wanted)
        if not wanted.datastore:
            raise errors.SettingsError(f"Content library {wanted.name} has no datastore", expected="the datastore that keeps its files")
        if wanted.url:
            probe(client, wanted)
        if dry_run:
            return Outcome(changed=True, after=Library.model_validate({"id": ""} | body))
        # Another run may have been quicker, and want it otherwise.
        return Outcome(changed=True, after=_changed(client, _create(client, wanted, body), wanted, adopt=adopt, dry_run=False).after)
    return _changed(client, before, wanted, adopt=adopt, dry_run=dry_run)


def _changed(client: Client, before: Library, wanted: Wanted, *, adopt: bool, dry_run: bool) -> Outcome:
    theirs = not adopt and before.description != wanted.description
    body = update_spec(before, replace(wanted, description=None) if theirs else wanted)
    merged = before.model_dump() | body
    if "subscription_info" in body:
        merged["subscription_info"] = (before.subscription_info or SubscriptionInfo()).model_dump() | body["subscription_info"]
    planned = Library.model_validate(merged)
    if theirs and body:
        ownership.refuse(f"content library {before.name}", before.description, before.settings(), planned.settings())
    if not body or dry_run:
        return Outcome(bool(body), before, planned)
    client.rest.patch(f"{wanted.path}/{quote(before.id, safe='')}", body)
    return Outcome(changed=True, before=before, after=get(client, before.id))


def _create(client: Client, wanted: Wanted, body: dict[str, Any]) -> Library:
    """Have it made once, whoever asks at the same time: names need not be unique (Library.create), tokens are (header of LocalLibrary.create)."""
    token = uuid5(NAMESPACE_URL, f"{client.rest.origin}{wanted.path}/{wanted.name}")
    # What the first token made may be gone by now, and the token still known.
    for one in (token, uuid4()):
        answer = client.rest.post(wanted.path, body, headers={"Client-Token": str(one)}, repeatable=True)
        identifier = read(str, answer, wanted.path)
        made = get(client, identifier)
        if made is not None:
            return made
    raise errors.AnswerError(
        f"Content library {wanted.name} was made and is not there",
        expected=f"a library {identifier}",
        found="none",
        where=client.rest.origin,
        next_step="Run again; if it stays, look whether the account may see libraries (System.Read)",
    )


def probe(client: Client, wanted: Wanted) -> None:
    """Have vCenter look at what is to be subscribed to.

    Raises:
        SettingsError: it does not answer as it must, with the thumbprint of the certificate that it showed.
    """
    path = f"{SUBSCRIBED}?action=probe"
    answer = client.rest.post(SUBSCRIBED, {"subscription_info": subscription(wanted)}, {"action": "probe"}, repeatable=True)
    result = read(ProbeResult, answer, path)
    if result.status != "SUCCESS":
        shown = f", its certificate has the thumbprint {result.ssl_thumbprint}" if result.ssl_thumbprint else ""
        raise errors.SettingsError(
            "vCenter cannot subscribe to the library",
            expected="a published library (lib.json) that vCenter reaches and whose certificate it trusts",
            found=f"{result.status}{shown}",
            where=wanted.url,
            next_step="Check address and route from vCenter; compare the thumbprint with the publisher's and give it as ssl_thumbprint",
        )


def sync(client: Client, library: Library, timeout: float, progress: Callable[[str], None] | None = None) -> Library:
    """Have a subscribed library fetch what is new, and return it once it has; ``timeout`` in seconds.

    Raises:
        WaitError: time is up.
    """
    client.rest.post(f"{SUBSCRIBED}/{quote(library.id, safe='')}", None, {"action": "sync"}, repeatable=True)
    seen = library

    def look() -> State:
        nonlocal seen
        seen = get(client, library.id) or library
        done = seen.last_sync_time not in (None, library.last_sync_time)
        return State(done=done, text=f"last synchronised {seen.last_sync_time or 'never'}, {len(items(client, library.id))} items")

    until(look, f"content library {library.name} is synchronised", timeout, progress, where=client.rest.origin)
    return seen


def remove(client: Client, name: str, *, described: str | None = None, dry_run: bool = False) -> Outcome:
    """Remove the library and its files; where ``described`` is given, only one of that description.

    Raises:
        InUseError: a namespace that the user may see still uses it: vCenter looks only since 9.1, and at what says so by itself.
        NotAllowedError: something still uses it.
    """
    before = find(client, name)
    if before is not None and described not in (None, before.description):
        return Outcome(changed=False, before=before, after=before)
    if before is not None and not dry_run:
        users = namespaces.using_library(client, before.id)
        if users:
            raise errors.InUseError(
                f"Content library {before.name} is still used",
                status=400,
                error_type="RESOURCE_IN_USE",
                found=f"namespaces {', '.join(users)}",
                where=client.rest.origin,
                next_step="Take it out of these namespaces first",
            )
        client.rest.delete(f"{LOCAL if before.type == 'LOCAL' else SUBSCRIBED}/{quote(before.id, safe='')}")
    return Outcome(before is not None, before)
