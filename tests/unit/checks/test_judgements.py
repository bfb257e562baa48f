"""Every check with a look that it likes, one that it warns of and one that it refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fedfleet.checks import CHECKS, Level, check_site
from fedfleet.checks.look import Api, Disk, Flow, Hops, Kept, Look, Routes, Unseen
from fedfleet.checks.model import CATEGORIES, Check
from fedfleet.exchange.findings import REPLICAS
from fedfleet.federation.roster import Membership
from fedfleet.registration.broker_records import Reconciled

from .looks import (
    EXCHANGE,
    NOW,
    PARTY,
    certificate,
    claim,
    crashed,
    finding,
    job,
    namespace,
    node,
    own_service,
    pod,
    proof,
    quota,
    roster,
    service,
    storage_class,
    workload,
)

BY_CODE = {check.code: check for check in CHECKS}
OLD = NOW - timedelta(hours=30)
CRASHING = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
UNSCHEDULED = {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}

# Code, what of a good look is otherwise, and a few words that must be said.
WARNED: list[tuple[str, dict[str, Any], str]] = [
    ("kube-api", {"api": Api("https://192.0.2.2", "v1.34.4", 3.0, 0.0)}, "answered in 3.00 s, wants at most 2 s"),
    ("kube-version", {"api": Api("", "v1.35.0", 0.1, 0.0)}, "Kubernetes: v1.35.0, wants 1.30 to 1.34"),
    ("kube-clock", {"api": Api("", "v1.34.4", 0.1, -8.0)}, "-8 s, wants within 5 s"),
    ("kube-namespace", {"namespace": namespace("baseline")}, "Pod Security baseline, wants restricted"),
    ("kube-nodes", {"nodes": [node(), node("two", Ready="Unknown")]}, "node two: not ready"),
    ("kube-nodes", {"nodes": [node(), node("two", DiskPressure="True")]}, "node two: DiskPressure"),
    ("kube-quota", {"quotas": [quota("9500Mi")]}, "quota own, limits.memory: 9500Mi of 10Gi used"),
    ("storage-classes", {"classes": [storage_class(grows=False)]}, "volumes cannot grow"),
    ("storage-full", {"disks": [Disk("flow", "python-0", 85, 100)]}, "volume flow: 85 % of 0.0 GiB used, wants at most 80 %"),
    ("storage-full", {"disks": [Disk("flow", "a", 85, 100)], "claims": [claim(size="10")]}, "which this claim of 9.31323e-09 GiB shares"),
    ("pods-ready", {"workloads": [workload("Deployment", "nginx", 1, 2)]}, "Deployment nginx: 1 of 2 ready"),
    ("pods-trouble", {"pods": [pod(), pod(phase="Failed", reason="Evicted")]}, "pod python-0: evicted"),
    ("pods-restarts", {"pods": [crashed(20)]}, "restarted 20 min ago after OOMKilled (exit code 137), 3 times in all"),
    ("certificate-days", {"certificates": [certificate(12.5)]}, "certificate coordination: 12 days left, wants 30"),
    ("certificate-days", {"certificates": [certificate(200, authority=True)]}, "200 days left, wants 365"),
    ("broker-records", {"broker": Reconciled(("50000",), (), ())}, "record of party 50000: still there"),
    ("coordination-doors", {"hops": Hops(own=[proof(1, "door", ok=False)])}, "door: seen"),
    ("coordination-partners", {"hops": Hops(silent={"40000": "timed out"})}, "party 40000: timed out"),
    ("exchange-admission", {"roster": None}, "no admission yet"),
    ("exchange-doors", {"hops": Hops(exchange=[proof(1, "door", ok=False)], partners=[proof(2)])}, "door: seen"),
    ("exchange-own-doors", {"routes": Routes([finding()], ("1", "2"), [proof(1, "door", ok=False)])}, "door: seen"),
    ("exchange-routes", {"routes": Routes([finding(ok=False)], ("30000",))}, "party 30000 by header: refused"),
    ("exchange-parties", {"routes": Routes([finding()], ("30000",))}, "admitted parties: 1, wants at least 2"),
    ("jobs-last", {"flow": Flow("30000", [job("running"), job("failed"), job()])}, "failed, wants success"),
    ("jobs-long", {"flow": Flow("30000", [job("running", OLD)])}, "running for 30 h, wants at most 24 h"),
    ("jobs-guardian", {"flow": Flow("30000", [job("failed", NOW, "guardian [0/3]: waits for 40000")])}, "waits for 40000, wants nothing"),
    ("jobs-waiting", {"flow": Flow("30000", [job("waiting")] * 11)}, "waiting jobs: 11, wants at most 10"),
    ("proofs-hold", {"kept": Kept([], "")}, "nothing proven yet"),
    ("proofs-current", {"kept": Kept([proof(inputs="other")], "now")}, "about other images, settings or certificates"),
    ("proofs-young", {"kept": Kept([proof(days=31)], "")}, "31 days old, wants at most 30"),
    ("proofs-partners", {"kept": Kept([proof(5, "30000 → 40000", ok=False)], "")}, "party 40000: no proof"),
]
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("kube-api", {"api": Unseen("no answer", "look at it")}, "no answer"),
    ("kube-version", {"api": Api("", "v1.29.1", 0.1, 0.0)}, "v1.29.1"),
    ("kube-clock", {"api": Api("", "v1.34.4", 0.1, 300.0)}, "+300 s"),
    ("kube-namespace", {"namespace": None}, "not there"),
    ("kube-namespace", {"namespace": namespace(deletionTimestamp="2026-11-26T11:00:00Z")}, "in deletion"),
    ("kube-nodes", {"nodes": [node(Ready="False")]}, "nodes: none is ready"),
    ("storage-claims", {"claims": [claim("Pending")]}, "claim flow: Pending, wants Bound"),
    ("storage-classes", {"claims": [claim(storage_class="silver")]}, "StorageClass silver: not there any more"),
    ("storage-full", {"disks": [Disk("flow", "python-0", 99, 100)]}, "99 %"),
    ("pods-deployed", {"workloads": [workload("Deployment", "nginx")]}, "StatefulSet python: not there"),
    ("pods-ready", {"workloads": [workload("StatefulSet", "python", 0, 1)]}, "StatefulSet python: 0 of 1 ready"),
    ("pods-trouble", {"pods": [pod(state=CRASHING)]}, "ImagePullBackOff: no such image"),
    ("pods-trouble", {"pods": [pod(phase="Pending", conditions=[UNSCHEDULED])]}, "0/3 nodes are available"),
    ("pods-trouble", {"pods": [pod(phase="Failed")]}, "none is running"),
    ("pods-trouble", {"pods": [pod(state={"waiting": {"reason": "CrashLoopBackOff"}})]}, "flow crashes again and again"),
    ("pods-addresses", {"services": [service("")]}, "no load balancer address yet"),
    ("certificate-days", {"certificates": [certificate(-1)]}, "-1 days left"),
    ("certificate-good", {"certificates": [certificate(faults=("it is for another key",))]}, "it is for another key"),
    ("certificate-shown", {"certificates": [certificate(shown="one that ends on 2026-12-01")]}, "shown is one that ends on 2026-12-01"),
    ("services-answer", {"own_services": [own_service(), own_service(ok=False)]}, "db:3306 refuses user fate"),
    ("broker-answers", {"broker": Unseen("no pod of it is ready")}, "no pod of it is ready"),
    ("broker-records", {"broker": Reconciled((), ("40000",), ())}, "record of party 40000: leads elsewhere"),
    ("broker-partners", {"hops": Hops(brokers=[proof(3, "30000 → 40000", ok=False)])}, "30000 → 40000: seen"),
    ("coordination-flow", {"flow": Flow("9999")}, "answers as party 9999, wants 30000"),
    ("coordination-partners", {"hops": Hops(partners=[proof(2, "30000 → 40000", ok=False)])}, "30000 → 40000: seen"),
    ("exchange-admission", {"roster": roster(Membership.REMOVED)}, "removed, roster 4 of 2026-11-26"),
    ("exchange-doors", {"hops": Hops(exchange=[proof(1, "door", ok=False)])}, "door: seen"),
    ("exchange-routes", {"routes": Routes([finding(), finding(ok=False, replica="nginx-2")], ("30000",))}, "replica nginx-2"),
    ("exchange-routes", {"routes": Routes([], ("30000",))}, "replicas: none runs"),
    ("exchange-routes", {"routes": Routes([finding(ok=False, route=REPLICAS, replica="nginx")], ("30000",))}, "replicas of nginx: refused"),
    ("proofs-hold", {"kept": Kept([proof(ok=False)], "")}, "toy on one party, 30000: seen"),
]


def good(check: Check) -> Look:
    return PARTY if "party" in check.kinds else EXCHANGE


def level_and_words(check: Check, look: Look) -> tuple[Level, str]:
    (result,) = check_site(look, [check]).results
    return result.level, "\n".join(str(outcome) for outcome in result.outcomes if outcome.level is result.level)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_good_look_is_good(check: Check) -> None:
    for look in (look for look in (PARTY, EXCHANGE) if look.place.kind in check.kinds):
        level, _ = level_and_words(check, look)
        # There may be nothing to say, as of containers that did not restart.
        assert level in (Level.OK, Level.SKIPPED)


@pytest.mark.parametrize(("code", "otherwise", "words"), WARNED)
def test_a_warning(code: str, otherwise: dict[str, Any], words: str) -> None:
    level, said = level_and_words(BY_CODE[code], replace(good(BY_CODE[code]), **otherwise))
    assert level is Level.WARNING
    assert words in said


@pytest.mark.parametrize(("code", "otherwise", "words"), REFUSED)
def test_a_failure(code: str, otherwise: dict[str, Any], words: str) -> None:
    level, said = level_and_words(BY_CODE[code], replace(good(BY_CODE[code]), **otherwise))
    assert level is Level.FAILURE
    assert words in said


def test_every_check_can_be_other_than_good() -> None:
    assert {code for code, _, _ in (*WARNED, *REFUSED)} == set(BY_CODE)


def test_codes_are_unique_and_categories_known() -> None:
    assert len(BY_CODE) == len(CHECKS)
    assert {check.category for check in CHECKS} == set(CATEGORIES)
    assert [check.category for check in CHECKS] == sorted((check.category for check in CHECKS), key=CATEGORIES.index)


def test_a_reason_is_told_once() -> None:
    gone = Unseen("no pod of it is ready", "look at it")
    result = check_site(replace(PARTY, flow=gone))
    levels = {found.check.code: found.level for found in result.results}
    assert levels["coordination-flow"] is Level.FAILURE
    assert levels["jobs-last"] is levels["jobs-long"] is Level.SKIPPED


@pytest.mark.parametrize("level", [Level.SKIPPED, Level.WARNING])
def test_what_may_not_be_seen_is_as_bad_as_the_look_says(level: Level) -> None:
    result = check_site(replace(PARTY, nodes=Unseen("rights are missing", level=level)))
    assert {found.level for found in result.results if found.check.code == "kube-nodes"} == {level}
    assert not result.failed


def test_warnings_do_not_fail_a_site() -> None:
    assert not check_site(replace(PARTY, certificates=[certificate(12)])).failed
    assert check_site(replace(PARTY, certificates=[certificate(2)])).failed


def test_a_site_is_asked_only_what_is_about_its_kind() -> None:
    codes = {found.check.code for found in check_site(EXCHANGE).results}
    assert "exchange-routes" in codes
    assert "jobs-last" not in codes
