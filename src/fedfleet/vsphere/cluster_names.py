"""Names that clusters have had in a vSphere Namespace: one that comes back can get the old one's address, and then never becomes available (golang-web).

They are kept in two places, and what either has counts: in a ConfigMap of that namespace at the Supervisor, where everybody finds them who
works there, and which goes with the namespace; and in a file of whoever runs FedFleet, which outlives it. In the ConfigMap each is a key of
its own, written by a field manager of its own, and in the file a line, appended, so that nobody takes another's away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet import kube
from fedfleet.vsphere import errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fedfleet.kube import Client

RECORD = "fedfleet-cluster-names"
_LETTER = re.compile(r"^(?P<stem>.*-)(?P<letter>[a-y])$")
_NUMBER = re.compile(r"^(?P<stem>.*-)(?P<number>\d+)$")


@dataclass(frozen=True)
class NamesFile:
    """A file of names: on each line the vCenter, the vSphere Namespace and the cluster.

    Attributes:
        path: None where none is kept.
        vcenter: its host name, in lower case in the file.
    """

    path: Path | None = None
    vcenter: str = ""

    def names(self, namespace: str) -> frozenset[str]:
        """Names in a namespace.

        Raises:
            SettingsError: the file cannot be read.
        """
        if self.path is None:
            return frozenset()
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError) as error:
            raise errors.SettingsError(
                "The names that clusters had cannot be read",
                expected="a line for each cluster: vCenter, vSphere Namespace and name",
                found=getattr(error, "strerror", None) or str(error),
                where=str(self.path),
                next_step="Put the file right, or name another (cluster_names_file)",
            ) from error
        # Lines of others are not ours to judge.
        found = [line.split() for line in lines]
        return frozenset(words[2] for words in found if len(words) == 3 and words[:2] == [self.vcenter.lower(), namespace])

    def add(self, namespace: str, name: str) -> str:
        """Write a name down; returns why that was not possible, and nothing where it was."""
        if self.path is None or name in self.names(namespace):
            return ""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{self.vcenter.lower()} {namespace} {name}\n")
        except OSError as error:
            return f"{self.path}: {error.strerror}"
        return ""


def note(supervisor: Client, namespace: str, name: str, file: NamesFile) -> str:
    """Write down that a cluster has that name; returns where that was not possible and why, and nothing where it was.

    That a name cannot be kept is no reason not to have the cluster.
    """
    problems = [file.add(namespace, name)]
    try:
        if name not in _recorded(supervisor, namespace):
            record = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": RECORD, "namespace": namespace}, "data": {name: ""}}
            supervisor.apply(record, manager=f"fedfleet-{name}")
    except kube.ForbiddenError as error:
        problems.append(f"ConfigMap {namespace}/{RECORD} at {supervisor.server}: {error.short}")
    return "; ".join(filter(None, problems))


def used(supervisor: Client, namespace: str, file: NamesFile) -> frozenset[str]:
    """Names that were written down; of the ConfigMap none where the user may not read it.

    Raises:
        SettingsError: the file cannot be read.
    """
    try:
        return file.names(namespace) | _recorded(supervisor, namespace)
    except kube.ForbiddenError:
        return file.names(namespace)


def require_unused(supervisor: Client, namespace: str, name: str, is_there: Callable[[], bool], file: NamesFile) -> None:
    """Do nothing for a name that no cluster has had, or that of a cluster that ``is_there``.

    Raises:
        SettingsError: one that is gone had it; with the next that none had.
    """
    # Names first: whoever makes the same cluster meanwhile writes its name down after it.
    had = used(supervisor, namespace, file)
    if name in had and not is_there():
        raise errors.SettingsError(
            f"A cluster was called {name} before",
            expected="a name that none had in this vSphere Namespace: a new cluster could get the old one's address, and never become available",
            found=f"names that clusters had: {', '.join(sorted(had))}",
            where=f"ConfigMap {namespace}/{RECORD}, at {supervisor.server}" + (f", and {file.path}" if file.path else ""),
            next_step=f"Give the new cluster another name, such as {proposed(name, had)} (cluster_name)",
        )


def _recorded(supervisor: Client, namespace: str) -> frozenset[str]:
    found = supervisor.get("ConfigMap", RECORD, namespace, "v1") or {}
    return frozenset(found.get("data") or {})


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
