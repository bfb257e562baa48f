"""What the lab looks at and makes on the machine, without making it."""

from pathlib import Path

import pytest

from fedfleet_lab import lab
from fedfleet_lab.config import LabConfig
from fedfleet_lab.context import Context
from fedfleet_lab.errors import LabError
from fedfleet_lab.host import cgroups, preflight
from fedfleet_lab.host.preflight import Preflight
from fedfleet_lab.host.watches import Watches
from fedfleet_lab.paths import LabPaths
from fedfleet_lab.progress import Progress


def context(cache: Path) -> Context:
    return Context(LabConfig.parse("unit", "10.99.0.0/16", 2), LabPaths(cache, "unit"), Progress(quiet=True))


@pytest.fixture
def hierarchies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Control groups of version 1, as far as files can play them."""
    for name in ("cpu", "cpuset", "memory"):
        (tmp_path / name).mkdir()
    for file in ("cpuset.cpus", "cpuset.mems"):
        (tmp_path / "cpuset" / file).write_text("0-1\n")
        for group in ("fedfleet-lab", "fedfleet-lab/unit", "fedfleet-lab/unit/node1"):
            place = tmp_path / "cpuset" / group
            place.mkdir(exist_ok=True, parents=True)
            (place / file).write_text("\n")
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)
    return tmp_path


def test_a_group_is_made_in_every_hierarchy_with_processors_and_memory(hierarchies: Path) -> None:
    cgroups.create(cgroups.node_group("unit", "node1"))
    assert (hierarchies / "memory/fedfleet-lab/unit/node1").is_dir()
    assert (hierarchies / "cpuset/fedfleet-lab/unit/node1/cpuset.cpus").read_text() == "0-1\n"


def test_a_labs_groups_are_found_and_removed(hierarchies: Path) -> None:
    (hierarchies / "memory/fedfleet-lab/other/node1").mkdir(parents=True)
    (hierarchies / "memory/fedfleet-lab/unit/node2/kubepods/pod1").mkdir(parents=True)
    assert cgroups.groups_of("unit") == ["/fedfleet-lab/unit/node1", "/fedfleet-lab/unit/node2"]
    cgroups.remove("/fedfleet-lab/unit/node2")
    assert not (hierarchies / "memory/fedfleet-lab/unit").exists()
    assert (hierarchies / "memory/fedfleet-lab/other/node1").is_dir()


def test_preflight_names_everything_that_is_missing_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(preflight, "plugin_folder", lambda: None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(preflight, "_LEAST_MEMORY", 1 << 60)
    monkeypatch.setattr(preflight, "_LEAST_DISK_COLD", 1 << 60)
    with pytest.raises(LabError) as raised:
        Preflight().up(context(tmp_path / "cache"))
    found = str(raised.value)
    assert all(word in found for word in ("root", "GiB of memory", "GiB free", "containerd", "ipset", "network plug-ins"))
    assert "apt-get install --no-install-recommends btrfs-progs conntrack containerd containernetworking-plugins" in found


def test_what_preflight_asks_for_is_what_bootstrap_installs() -> None:
    listed = (Path(__file__).parents[3] / "lab/packages.txt").read_text().split()
    assert {*preflight.PROGRAMS.values(), preflight.PLUGINS_PACKAGE} <= set(listed)


def test_preflight_refuses_a_cache_that_nodes_could_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_LEAST_DISK_COLD", 0)
    with pytest.raises(LabError, match="nodes cannot see"):
        Preflight().up(context(Path("/var/cache/fedfleet")))


def test_a_lab_is_remembered_with_its_network_and_nodes(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    lab.remember(ctx)
    assert lab.recall(ctx.paths, None, None) == ctx.config
    assert lab.recall(ctx.paths, "10.99.0.0/16", 3).node_count == 3


def test_a_lab_that_exists_keeps_its_network_and_its_nodes(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    lab.remember(ctx)
    with pytest.raises(LabError, match="another network"):
        lab.recall(ctx.paths, "10.98.0.0/16", None)
    with pytest.raises(LabError, match="more nodes"):
        lab.recall(ctx.paths, None, 1)


def test_one_command_at_a_time_changes_a_lab(tmp_path: Path) -> None:
    paths = LabPaths(tmp_path, "unit")
    with lab.locked(paths), pytest.raises(LabError, match="Another command"), lab.locked(paths):
        pass


def test_the_limit_of_watchers_is_raised_once_and_set_back_with_the_last_lab(tmp_path: Path) -> None:
    limit = tmp_path / "limit"
    limit.write_text("128\n")
    ctx = context(tmp_path / "cache")
    other = ctx.paths.lab.with_name("other")
    for folder in (ctx.paths.lab, other):
        folder.mkdir(parents=True)
    for _ in range(2):
        Watches(limit).up(ctx)
        assert int(limit.read_text()) >= 1024
    Watches(limit).down(ctx)
    assert int(limit.read_text()) >= 1024
    other.rmdir()
    Watches(limit).down(ctx)
    assert int(limit.read_text()) == 128


def test_a_limit_that_is_high_enough_is_left_alone(tmp_path: Path) -> None:
    limit = tmp_path / "limit"
    limit.write_text("1000000\n")
    ctx = context(tmp_path / "cache")
    Watches(limit).up(ctx)
    Watches(limit).down(ctx)
    assert limit.read_text() == "1000000\n"
