"""Names that clusters have had in a vSphere Namespace: one that comes back can get the old one's address, and then never becomes available (golang-web).

They are kept where they matter, in a ConfigMap of that namespace at the Supervisor, and go with it. Each is a key of its own, written by a field
manager of its own, so that nobody takes another's away.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from fedfleet import kube
from fedfleet.vsphere import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.kube import Client

RECORD = "fedfleet-cluster-names"
_LETTER = re.compile(r"^(?P<stem>.*-)(?P<letter>[a-y])$")
_NUMBER = re.compile(r"^(?P<stem>.*-)(?P<number>\d+)$")


def note(supervisor: Client, namespace: str, name: str) -> None:
    """Write down that a cluster has that name."""
    if name in used(supervisor, namespace):
        return
    record = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": RECORD, "namespace": namespace}, "data": {name: ""}}
    # That the name cannot be kept is no reason not to have the cluster.
    with suppress(kube.ForbiddenError):
        supervisor.apply(record, manager=f"fedfleet-{name}")


def used(supervisor: Client, namespace: str) -> frozenset[str]:
    """Names that were written down; none where the user may not read them."""
    try:
        found = supervisor.get("ConfigMap", RECORD, namespace, "v1") or {}
    except kube.ForbiddenError:
        return frozenset()
    return frozenset(found.get("data") or {})


def require_unused(supervisor: Client, namespace: str, name: str, is_there: Callable[[], bool]) -> None:
    """Do nothing for a name that no cluster has had, or that of a cluster that ``is_there``.

    Raises:
        SettingsError: one that is gone had it; with the next that none had.
    """
    # Names first: whoever makes the same cluster meanwhile writes its name down after it.
    had = used(supervisor, namespace)
    if name in had and not is_there():
        raise errors.SettingsError(
            f"A cluster was called {name} before",
            expected="a name that none had in this vSphere Namespace: a new cluster could get the old one's address, and never become available",
            found=f"names that clusters had: {', '.join(sorted(had))}",
            where=f"ConfigMap {namespace}/{RECORD}, at {supervisor.server}",
            next_step=f"Give the new cluster another name, such as {proposed(name, had)} (cluster_name)",
        )


def proposed(name: str, had: frozenset[str]) -> str:
    """The next name that none had: another letter or number at its end."""
    while name in had:
        name = _next(name)
    return name


def _next(name: str) -> str:
    if letter := _LETTER.match(name):
        return letter["stem"] + chr(ord(letter["letter"]) + 1)
    if number := _NUMBER.match(name):
        return f"{number['stem']}{int(number['number']) + 1}"
    return f"{name}-2"
