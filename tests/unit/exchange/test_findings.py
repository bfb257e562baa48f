"""A replica's fault told from a party's."""

from fedfleet.exchange.findings import ReplicaRoute, judge
from fedfleet.exchange.reload import expected
from fedfleet.exchange.stored import Served
from fedfleet.federation.route import Route, RouteKind, RouteTable, routes_of
from support.parties import BANK, HOSPITAL


def _found(replica: str, route: str, *, ok: bool, kind: RouteKind = "header") -> ReplicaRoute:
    return ReplicaRoute(replica, kind, route, ok, 1.0, "")


def test_all_is_well_where_everything_is() -> None:
    verdict = judge([_found("a", "30000", ok=True), _found("b", "30000", ok=True)], {"30000"})
    assert (verdict.failures, verdict.silent) == ((), ())


def test_a_route_that_works_elsewhere_is_the_replica_s_fault() -> None:
    bad = _found("b", "30000", ok=False)
    assert judge([_found("a", "30000", ok=True), bad], ()).failures == (bad,)


def test_a_route_that_works_nowhere_is_the_party_s() -> None:
    both = (_found("a", "30000", ok=False), _found("b", "30000", ok=False))
    verdict = judge(both, ())
    assert (verdict.failures, verdict.silent) == ((), both)


def test_a_changed_route_must_work() -> None:
    both = (_found("a", "30000", ok=False), _found("b", "30000", ok=False))
    assert judge(both, {"30000"}).failures == both


def test_the_other_kind_of_route_excuses_nothing() -> None:
    broken = _found("a", "30000", ok=False, kind="header")
    assert judge([_found("t", "30000", ok=True, kind="sni"), broken], ()).silent == (broken,)


def test_what_a_replica_answers_by_itself_is_its_own_fault() -> None:
    for about in ("table", "unknown", "removed 40000", "removed 40000.fate.test.internal", "removed table"):
        bad = _found("a", about, ok=False)
        assert judge([bad], ()).failures == (bad,)


def test_a_new_party_s_routes_are_expected_to_work() -> None:
    before = Served("x", {"30000.fate.test.internal": "198.51.100.30:6651"}, {"30000": "198.51.100.31:9443"})
    assert expected(routes_of([HOSPITAL.card(), BANK.card()]), before, ()).changed == {"40000"}


def test_a_moved_party_s_routes_are_expected_to_work() -> None:
    before = Served("x", {"30000.fate.test.internal": "198.51.100.9:6651"}, {"30000": "198.51.100.31:9443"})
    assert expected(routes_of([HOSPITAL.card()]), before, ()).changed == {"30000"}


def test_a_removed_party_s_routes_are_expected_to_be_refused() -> None:
    before = Served("x", {"40000.fate.test.internal": "b:1"}, {"40000": "c:1"})
    wanted = expected(routes_of([HOSPITAL.card()]), before, ())
    assert (wanted.gone_names, wanted.gone_parties, wanted.old_id) == (("40000.fate.test.internal",), ("40000",), "x")


def test_nothing_is_known_before_the_first_table() -> None:
    wanted = expected(routes_of([HOSPITAL.card()]), Served(), ())
    assert (wanted.gone_names, wanted.changed, wanted.old_id) == ((), frozenset(), "")


def test_changed_and_doubtful_parties_are_followed_and_of_the_others_some() -> None:
    table = RouteTable(tuple(Route(str(30000 + n), "sni", f"{n}", "198.51.100.1", n, f"{n}", "") for n in range(1, 61)))
    wanted = expected(table, Served(), ("30001",), ("30002",))
    assert wanted.followed is not None
    assert {"30001", "30002"} <= wanted.followed
    assert len(wanted.followed - {"30001", "30002"}) in (31, 32)


def test_in_a_small_federation_all_are_followed() -> None:
    assert expected(routes_of([HOSPITAL.card(), BANK.card()]), Served(), ()).followed == frozenset({"30000", "40000"})
