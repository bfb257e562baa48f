from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fedfleet.preflight.cluster import (
    namespace_findings,
    node_skews,
    openshift_findings,
    permission_findings,
    skew_findings,
    version_findings,
)
from fedfleet.preflight.findings import Severity
from fedfleet.preflight.needs import Needs, Rule, Versions

VERSIONS = Versions("1.30", "1.34")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
INSIDE = Rule("keys", ("",), ("secrets", "configmaps"), ("get", "create"), "fate-1")
OUTSIDE = Rule("the namespace", ("",), ("namespaces",), ("create",))


class Api:
    """Answers reviews: everything is allowed but what is named as verb and resource."""

    def __init__(self, *refused: tuple[str, str]) -> None:
        self.refused = set(refused)
        self.asked: list[tuple[str, str]] = []

    def can(self, verb: str, resource: str, _namespace: str | None = None, **_group: str) -> bool:
        self.asked.append((verb, resource))
        if verb == "*":
            return not self.refused
        return (verb, resource) not in self.refused


def permissions(api: Api, *rules: Rule) -> Any:
    return permission_findings(api, rules)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", ["v1.30.0", "v1.34.4", "v1.32.1+vmware.1"])
def test_a_version_in_range_is_fine(version: str) -> None:
    assert version_findings(version, VERSIONS) == []


def test_an_older_version_is_refused() -> None:
    (finding,) = version_findings("v1.29.9", VERSIONS)
    assert (finding.severity, finding.expected, finding.found) == (Severity.ERROR, "1.30 to 1.34", "v1.29.9")


def test_a_newer_version_is_warned_of() -> None:
    (finding,) = version_findings("v1.35.0", VERSIONS)
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(("seconds", "severity"), [(4.0, None), (-5.0, None), (6.0, Severity.WARNING), (-61.0, Severity.ERROR)])
def test_clocks(seconds: float, severity: Severity | None) -> None:
    assert [finding.severity for finding in skew_findings(seconds, (5.0, 60.0))] == ([severity] if severity else [])


def test_it_says_which_clock_is_ahead() -> None:
    assert skew_findings(90, (5, 60))[0].found == "the API server is 90 s ahead of this machine"


def lease(name: str, seconds: float) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"renewTime": (NOW + timedelta(seconds=seconds)).isoformat()}}


def test_a_node_is_ahead_by_what_its_lease_is_and_behind_by_what_is_older_than_a_lease_gets() -> None:
    leases = [lease("ahead", 30), lease("fine", -9), lease("behind", -125), lease("off", -9000)]
    assert node_skews(leases, frozenset({"ahead", "fine", "behind"}), NOW) == {"ahead": 30, "fine": 0, "behind": -100}


def test_who_may_do_everything_is_asked_once_a_place() -> None:
    api = Api()
    assert permissions(api, INSIDE, OUTSIDE) == []
    assert api.asked == [("*", "*"), ("*", "*")]


def test_resources_that_lack_the_same_verbs_are_one_finding() -> None:
    (finding,) = permissions(Api(("create", "secrets"), ("create", "configmaps")), INSIDE)
    assert (finding.what, finding.expected, finding.where) == ("rights to secrets, configmaps", "create (keys)", "namespace fate-1")
    assert "fedfleet.federation.rbac" in finding.fix


def test_every_verb_that_is_refused_is_named() -> None:
    found = permissions(Api(("get", "secrets"), ("create", "secrets"), ("create", "namespaces")), INSIDE, OUTSIDE)
    assert [(finding.what, finding.expected) for finding in found] == [
        ("rights to secrets", "get, create (keys)"),
        ("rights to namespaces", "create (the namespace)"),
    ]


OURS = {"fedfleet.dev/kind": "party", "fedfleet.dev/federation": "credit"}


def in_namespace(**metadata: Any) -> Any:
    class One:
        def get(self, *_what: str, **_how: str) -> Any:
            return {"metadata": {"name": "fate-1"} | metadata}

    return namespace_findings(One(), "fate-1", OURS)  # type: ignore[arg-type]


@pytest.mark.parametrize("labels", [{}, {"team": "risk"}, OURS])
def test_a_namespace_of_this_site_or_of_nobody_is_taken(labels: dict[str, str]) -> None:
    assert in_namespace(labels=labels) == []


@pytest.mark.parametrize("other", [{"fedfleet.dev/kind": "exchange"}, {"fedfleet.dev/federation": "fraud"}])
def test_a_namespace_of_another_site_is_refused(other: dict[str, str]) -> None:
    ((label, value),) = other.items()
    (finding,) = in_namespace(labels=OURS | other)
    assert finding.severity is Severity.ERROR
    assert finding.expected == f"none yet, or this site's: {label}={OURS[label]}"
    assert finding.found == f"another site's: {label}={value}"
    assert "context" in finding.fix


def test_a_namespace_in_deletion_is_refused() -> None:
    (finding,) = in_namespace(deletionTimestamp="2026-11-26T12:00:00Z")
    assert finding.found == "it has been in deletion since 2026-11-26T12:00:00Z"


SCC, ROLE = "nonroot-v2", "system:openshift:scc:nonroot-v2"


class Serving:
    """Has these kinds, and objects of these names."""

    def __init__(self, *kinds: str, names: tuple[str, ...] = ()) -> None:
        self.kinds, self.names = kinds, names

    def serves(self, kind: str, _api_version: str) -> bool:
        return kind in self.kinds

    def get(self, _kind: str, name: str, api_version: str) -> dict[str, Any] | None:
        assert api_version in ("security.openshift.io/v1", "rbac.authorization.k8s.io/v1")
        return {"metadata": {"name": name}} if name in self.names else None


OPENSHIFT = Serving("SecurityContextConstraints", names=(SCC, ROLE))


@pytest.mark.parametrize(("client", "said"), [(OPENSHIFT, True), (Serving(), False)])
def test_an_inventory_that_knows_openshift_when_it_is_there_is_fine(client: Any, said: bool) -> None:
    assert openshift_findings(client, Needs(openshift=said)) == []


@pytest.mark.parametrize(("there", "what"), [((ROLE,), "SecurityContextConstraints"), ((SCC,), "ClusterRole")])
def test_constraints_that_an_openshift_lacks_are_named(there: tuple[str, ...], what: str) -> None:
    old: Any = Serving("SecurityContextConstraints", names=there)
    (finding,) = openshift_findings(old, Needs(openshift=True))
    assert finding.is_error
    assert (finding.what, "4.11" in finding.fix) == (what, True)


def test_who_may_not_look_at_constraints_is_not_told_of_them() -> None:
    old: Any = Serving("SecurityContextConstraints")
    assert openshift_findings(old, Needs(openshift=True, cluster_admin=False)) == []


@pytest.mark.parametrize(("client", "said", "fix"), [(OPENSHIFT, False, "true"), (Serving(), True, "false")])
def test_one_that_does_not_is_told_what_to_say(client: Any, said: bool, fix: str) -> None:
    (finding,) = openshift_findings(client, Needs(openshift=said))
    assert finding.is_error
    assert finding.fix == f"set cluster_openshift to {fix}"
