"""A name that a cluster had is not given again while its vSphere Namespace is there."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fedfleet import kube
from fedfleet.vsphere import SettingsError, cluster_names
from fedfleet.vsphere.cluster_names import NamesFile

NOWHERE = NamesFile()


@pytest.fixture
def file(tmp_path: Path) -> NamesFile:
    return NamesFile(tmp_path / "artifacts" / "cluster-names", "vCenter.example")


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
    cluster_names.require_unused(client, "fl", "fl-a", lambda: False, NOWHERE)
    for _ in range(2):
        assert cluster_names.note(client, "fl", "fl-a", NOWHERE) == ""
    assert supervisor.applied == ["fedfleet-fl-a"]
    with pytest.raises(SettingsError) as refused:
        cluster_names.require_unused(client, "fl", "fl-a", lambda: False, NOWHERE)
    assert "such as fl-c (cluster_name)" in refused.value.next_step
    assert "fl-a, fl-b" in refused.value.found


def test_a_cluster_that_is_there_has_its_name() -> None:
    cluster_names.require_unused(cast(kube.Client, Supervisor("fl-a")), "fl", "fl-a", lambda: True, NOWHERE)


def test_a_record_that_may_not_be_kept_stops_no_cluster() -> None:
    client = cast(kube.Client, Supervisor(forbidden=True))
    cluster_names.require_unused(client, "fl", "fl-a", lambda: False, NOWHERE)
    assert cluster_names.note(client, "fl", "fl-a", NOWHERE).startswith("ConfigMap fl/fedfleet-cluster-names at https://supervisor: ")


def test_a_name_outlives_its_namespace_in_a_file(file: NamesFile) -> None:
    assert cluster_names.note(cast(kube.Client, Supervisor()), "fl", "fl-a", file) == ""
    # The namespace was made anew, and nothing is in it.
    client = cast(kube.Client, Supervisor())
    with pytest.raises(SettingsError, match="fl-a") as refused:
        cluster_names.require_unused(client, "fl", "fl-a", lambda: False, file)
    assert str(file.path) in refused.value.where
    assert "such as fl-b (cluster_name)" in refused.value.next_step
    cluster_names.require_unused(client, "fl", "fl-a", lambda: True, file)


def test_a_name_is_one_line_however_often_it_is_written_down(file: NamesFile) -> None:
    for _ in range(2):
        assert file.add("fl", "fl-a") == ""
    assert file.path is not None
    assert file.path.read_text() == "vcenter.example fl fl-a\n"


def test_names_of_another_vcenter_or_namespace_may_be_had(file: NamesFile) -> None:
    file.add("fl", "fl-a")
    assert file.names("fl-2") == frozenset()
    assert NamesFile(file.path, "other.example").names("fl") == frozenset()
    assert NamesFile(file.path, "vcenter.example").names("fl") == {"fl-a"}


def test_a_name_that_one_place_has_is_told_where_the_other_cannot_be_read(file: NamesFile) -> None:
    file.add("fl", "fl-a")
    assert cluster_names.used(cast(kube.Client, Supervisor(forbidden=True)), "fl", file) == {"fl-a"}


def test_a_file_that_cannot_be_written_is_told_and_one_that_cannot_be_read_refused(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")
    below = NamesFile(tmp_path / "in-the-way" / "names", "vcenter.example")
    folder = NamesFile(tmp_path, "vcenter.example")
    with pytest.raises(SettingsError, match="cannot be read"):
        below.names("fl")
    with pytest.raises(SettingsError, match="cannot be read"):
        folder.names("fl")
    assert NamesFile(Path("/proc/no-such-folder/names"), "vcenter.example").add("fl", "fl-a").startswith("/proc/no-such-folder/names: ")


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
