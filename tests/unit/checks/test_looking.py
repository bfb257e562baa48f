from pathlib import Path

import pytest

from fedfleet.checks import Level, check_site, watching
from fedfleet.checks.cluster_look import disk_of
from fedfleet.checks.look import Look, Unseen
from fedfleet.checks.looking import Watched, look_at
from fedfleet.sites import InventorySite

from .looks import PARTY

DF = """Filesystem     1024-blocks   Used Available Capacity Mounted on
/dev/loop7         4194304 524288   3670016      13% /var/lib/mysql
"""


def site(name: str = "clinic") -> InventorySite:
    return InventorySite(
        name=name, kind="party", party_id="30000", federation="trial", domain="example.org", namespace="fate-30000", kubeconfig="/nowhere",
        directory=Path(),
    )  # fmt: skip


def test_without_an_api_one_check_says_why_and_the_others_are_skipped() -> None:
    look = look_at(site())
    assert isinstance(look.api, Unseen)
    levels = [result.level for result in check_site(look).results]
    assert (levels[0], set(levels[1:])) == (Level.FAILURE, {Level.SKIPPED})


def test_df_is_read_by_its_columns() -> None:
    disk = disk_of("database", "mysql-0", DF)
    assert disk is not None
    assert (disk.used, disk.size, disk.percent) == (512 * 1024**2, 4 * 1024**3, 12.5)


@pytest.mark.parametrize("said", ["", "df: /x: No such file", "overlay - - - - /"])
def test_what_is_not_df_s_is_no_disk(said: str) -> None:
    assert disk_of("database", "mysql-0", said) is None


def test_it_says_what_has_taken_longest() -> None:
    watched = Watched()
    watched.begin("clinic: broker")
    watched.begin("clinic: pods")
    assert watched.longest().startswith("clinic: broker, for 0 s")
    watched.end("clinic: broker")
    watched.end("clinic: pods")
    assert watched.longest() == ""


def test_whoever_waits_hears_what_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PROGRESS_SECONDS", 0.01)
    told: list[str] = []

    def slow(site: InventorySite, watched: Watched) -> Look:
        watched.begin(f"{site.name}: broker")
        while not told:
            pass
        return PARTY

    assert watching.look_at_all([site()], told.append, slow) == [PARTY]
    assert "looking at clinic: broker" in told[0]


def test_looks_come_in_the_order_of_sites() -> None:
    looks = watching.look_at_all([site("b"), site("a")], lambda _: None)
    assert [look.place.name for look in looks] == ["b", "a"]
