"""What lives in a vSphere Namespace: what goes already does not count, and what may not be seen might be there."""

from typing import Any, cast

from fedfleet.kube import Client, ForbiddenError, UnknownKindError
from fedfleet.vsphere.namespace_contents import Contents, of


class Supervisor:
    """Lists what it has; a kind that it has no list of, it does not serve."""

    def __init__(self, **lists: Any) -> None:
        self.lists = lists

    def list(self, kind: str, namespace: str) -> Any:
        assert namespace == "ns"
        found = self.lists.get(kind.partition(".")[0])
        if found is None:
            raise UnknownKindError(f"The cluster serves no {kind}")
        if isinstance(found, Exception):
            raise found
        return found


def test_what_is_there_is_named_without_what_is_being_deleted() -> None:
    going = {"metadata": {"name": "going", "deletionTimestamp": "2026-01-01T00:00:00Z"}}
    supervisor = Supervisor(Cluster=[{"metadata": {"name": "one"}}, going], PersistentVolumeClaim=[{"metadata": {"name": "kept"}}], Pod=[])
    assert of(cast(Client, supervisor), "ns") == Contents((("Cluster", "one"), ("PersistentVolumeClaim", "kept")), ())


def test_what_may_not_be_seen_is_said() -> None:
    supervisor = Supervisor(Cluster=[], VirtualMachine=ForbiddenError("No", status=403))
    assert of(cast(Client, supervisor), "ns") == Contents((), ("VirtualMachine",))
