"""The cluster's version, clocks, namespace and the rights we have in it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fedfleet.kube.connection import THREADS
from fedfleet.preflight.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.kube import Client, KubeObject
    from fedfleet.preflight.needs import Needs, Rule, Versions

_MINOR = re.compile(r"v?(\d+)\.(\d+)")
# What role cluster lets the site's pods have (roles/cluster/templates/namespace.yml.j2).
OPENSHIFT_CONSTRAINTS = "nonroot-v2"
_CONSTRAINTS, _SECURITY = "SecurityContextConstraints", "security.openshift.io/v1"
# A kubelet renews its lease every ten seconds, and the answer takes its time.
_LEASE_SECONDS = 25.0


def version_findings(found: str, versions: Versions) -> list[Finding]:
    """Whether Kubernetes is too old (an error) or newer than what FedFleet is known to work with (a warning)."""
    wanted = f"{versions.oldest} to {versions.newest}"
    if minor_of(found) < minor_of(versions.oldest):
        return [Finding("Kubernetes version", wanted, found, "the API server", "have the cluster upgraded")]
    if minor_of(found) > minor_of(versions.newest):
        fix = "go on with care, and look for a newer FedFleet"
        return [Finding("Kubernetes version", wanted, found, "the API server", fix, Severity.WARNING)]
    return []


def minor_of(version: str) -> tuple[int, int]:
    """Major and minor of ``v1.34.4`` or ``1.34``; (0, 0) of what is no version."""
    match = _MINOR.match(version)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def skew_findings(seconds: float, allowed: tuple[float, float], other: str = "the API server") -> list[Finding]:
    """Whether two clocks differ by more than is good (a warning) or bearable (an error); ``seconds`` is how far the other is ahead."""
    warned, refused = allowed
    if abs(seconds) <= warned:
        return []
    severity = Severity.ERROR if abs(seconds) > refused else Severity.WARNING
    way = "ahead of" if seconds > 0 else "behind"
    return [
        Finding(
            "clocks",
            f"at most {warned:g} s apart; from {refused:g} s on certificates are taken for not yet valid or ended",
            f"{other} is {abs(seconds):.0f} s {way} this machine",
            f"this machine and {other}",
            "set both by NTP",
            severity,
        )
    ]


def node_skews(leases: Sequence[KubeObject], ready: frozenset[str], now: datetime) -> dict[str, float]:
    """How far ready nodes' clocks are ahead of ``now`` at least, in seconds, by the leases their kubelets renew all the time."""
    skews = {}
    for lease in leases:
        name, renewed = lease["metadata"]["name"], (lease.get("spec") or {}).get("renewTime")
        if name not in ready or not renewed:
            continue
        ahead = (datetime.fromisoformat(renewed).astimezone(UTC) - now).total_seconds()
        # A lease is up to so many seconds old; only what is older than that tells of a clock that is behind.
        skews[name] = ahead if ahead > 0 else min(0.0, ahead + _LEASE_SECONDS)
    return skews


def openshift_findings(client: Client, needs: Needs) -> list[Finding]:
    """What an OpenShift lacks for the site, or that the inventory is wrong about whether the cluster is one.

    There, pods run as the image's user only where their namespace says that they may.
    """
    is_openshift = client.serves(_CONSTRAINTS, _SECURITY)
    if is_openshift == needs.openshift:
        return _constraint_findings(client) if is_openshift and needs.cluster_admin else []
    said, found = ("false", "OpenShift") if is_openshift else ("true", "a cluster without OpenShift's SecurityContextConstraints")
    fix = f"set cluster_openshift to {str(is_openshift).lower()}"
    return [Finding("OpenShift", f"what the inventory says: cluster_openshift is {said}", found, "the API server", fix)]


def _constraint_findings(client: Client) -> list[Finding]:
    """Constraints, and the role that lets pods have them, as role cluster binds it in the site's namespace."""
    fix = "have OpenShift upgraded to 4.11 or later, which brings it along, or have what took it away put right"
    return [
        Finding(kind, f"{name}, by which the site's pods run as the user of their image", "none of that name", "the cluster", fix)
        for kind, name, api_version in (
            (_CONSTRAINTS, OPENSHIFT_CONSTRAINTS, _SECURITY),
            ("ClusterRole", f"system:openshift:scc:{OPENSHIFT_CONSTRAINTS}", "rbac.authorization.k8s.io/v1"),
        )
        if client.get(kind, name, api_version=api_version) is None
    ]


def namespace_findings(client: Client, name: str, labels: Mapping[str, str]) -> list[Finding]:
    """A namespace that is on its way out, or that another site has: one that differs in one of ``labels``."""
    found = client.get("Namespace", name, api_version="v1")
    if found is None:
        return []
    findings = []
    if found["metadata"].get("deletionTimestamp"):
        findings.append(
            Finding(
                "namespace",
                "one that is there to stay, or none yet",
                f"it has been in deletion since {found['metadata']['deletionTimestamp']}",
                f"namespace {name}",
                f"wait until it is gone; what holds it says `kubectl get namespace {name} -o yaml`",
            )
        )
    has = found["metadata"].get("labels") or {}
    others = {label: has[label] for label, value in labels.items() if has.get(label, value) != value}
    if others:
        findings.append(
            Finding(
                "namespace",
                "none yet, or this site's: " + ", ".join(f"{label}={labels[label]}" for label in others),
                "another site's: " + ", ".join(f"{label}={value}" for label, value in others.items()),
                f"namespace {name}",
                "see whether the site's kubeconfig and context lead to the right cluster; two sites in one cluster take two namespaces",
            )
        )
    return findings


def missing_namespace_findings(client: Client, name: str) -> list[Finding]:
    """A namespace that is not there though somebody else makes it."""
    # Every namespace has the service account `default`; listing it needs no right outside the namespace.
    if client.list("ServiceAccount", name, api_version="v1"):
        return []
    return [
        Finding(
            "namespace",
            "it there, with the site's rights in it",
            "no such namespace, or one that is being made",
            f"namespace {name}",
            "have the platform team apply what `ansible-playbook fedfleet.federation.rbac` writes for this site",
        )
    ]


@dataclass(frozen=True)
class _Asked:
    rule: Rule
    group: str
    resource: str
    verb: str


def permission_findings(client: Client, rules: Sequence[Rule]) -> list[Finding]:
    """Every verb of every rule that we may not use, asked by SelfSubjectAccessReview; one finding a resource.

    Who may do everything is asked once.
    """
    places = {rule.namespace for rule in rules}
    everything = {place for place in places if client.can("*", "*", place or None, group="*")}
    asked = [
        _Asked(rule, group, resource, verb)
        for rule in rules
        if rule.namespace not in everything
        for group in rule.groups
        for resource in rule.resources
        for verb in rule.verbs
    ]
    if not asked:
        return []

    def may(each: _Asked) -> bool:
        return client.can(each.verb, each.resource, each.rule.namespace or None, group=each.group)

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        allowed = dict(zip(asked, pool.map(may, asked), strict=True))
    return refusals(allowed)


def refusals(allowed: Mapping[_Asked, bool]) -> list[Finding]:
    """One finding for each set of verbs that some resources of a place lack."""
    lacking: dict[tuple[str, str], list[str]] = {}
    reasons: dict[tuple[str, str], str] = {}
    for each, may in allowed.items():
        if not may:
            resource = f"{each.resource}.{each.group}" if each.group else each.resource
            lacking.setdefault((each.rule.namespace, resource), []).append(each.verb)
            reasons[each.rule.namespace, resource] = each.rule.why
    alike: dict[tuple[str, str], list[str]] = {}
    for (namespace, resource), verbs in lacking.items():
        alike.setdefault((namespace, ", ".join(verbs)), []).append(resource)
    found = []
    for (namespace, lacked), resources in alike.items():
        where = f"namespace {namespace}" if namespace else "the whole cluster"
        why = "; ".join(dict.fromkeys(reasons[namespace, resource] for resource in resources))
        fix = (
            "have the platform team apply what `ansible-playbook fedfleet.federation.rbac` writes for this site"
            if namespace
            else "ask for cluster rights, or set cluster_admin: false and let the platform team make what lies outside the namespace"
        )
        found.append(Finding(f"rights to {', '.join(resources)}", f"{lacked} ({why})", "refused by the API server", where, fix))
    return found
