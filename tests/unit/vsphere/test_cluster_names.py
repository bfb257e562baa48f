"""A name that a cluster had is not given again while its vSphere Namespace is there."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from fedfleet import kube
from fedfleet.vsphere import SettingsError, cluster_names


class Supervisor:
    """Keeps the one ConfigMap, or refuses it."""

    server = "https://supervisor"

    def __init__(self, *names: str, forbidden: bool = False) -> None:
        self.names, self.forbidden, self.applied = set(names), forbidden, list[str]()

    def get(self, kind: str, name: str, namespace: str, api_version: str) -> dict[str, Any] | None:
        self._allow()
        assert (kind, name, namespace, api_version) == ("ConfigMap", cluster_names.RECORD, "fl", "v1")
        return {"data": dict.fromkeys(self.names, "")} if self.names else None

    def apply(self, record: dict[str, Any], *, manager: str) -> SimpleNamespace:
        self._allow()
        self.names |= record["data"].keys()
        self.applied.append(manager)
        return SimpleNamespace(changed=True)

    def _allow(self) -> None:
        if self.forbidden:
            raise kube.ForbiddenError("no", status=403)


def test_a_name_is_written_down_once_and_then_refused_with_the_next_one() -> None:
    supervisor = Supervisor("fl-b")
    client = cast(kube.Client, supervisor)
    cluster_names.require_unused(client, "fl", "fl-a", lambda: False)
    for _ in range(2):
        cluster_names.note(client, "fl", "fl-a")
    assert supervisor.applied == ["fedfleet-fl-a"]
    with pytest.raises(SettingsError) as refused:
        cluster_names.require_unused(client, "fl", "fl-a", lambda: False)
    assert "such as fl-c (cluster_name)" in refused.value.next_step
    assert "fl-a, fl-b" in refused.value.found


def test_a_cluster_that_is_there_has_its_name() -> None:
    cluster_names.require_unused(cast(kube.Client, Supervisor("fl-a")), "fl", "fl-a", lambda: True)


def test_a_record_that_may_not_be_kept_stops_no_cluster() -> None:
    client = cast(kube.Client, Supervisor(forbidden=True))
    cluster_names.require_unused(client, "fl", "fl-a", lambda: False)
    cluster_names.note(client, "fl", "fl-a")


@pytest.mark.parametrize(
    ("name", "had", "proposed"),
    [
        ("fl-a", {"fl-a"}, "fl-b"),
        ("fl-z", {"fl-z"}, "fl-z-2"),
        ("fl", {"fl", "fl-2"}, "fl-3"),
        ("fl-9", {"fl-9"}, "fl-10"),
        ("clinic", {"clinic"}, "clinic-2"),
    ],
)
def test_the_next_name_is_one_that_none_had(name: str, had: set[str], proposed: str) -> None:
    assert cluster_names.proposed(name, frozenset(had)) == proposed
