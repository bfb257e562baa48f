"""Checks of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.checks.look import seen
from fedfleet.checks.model import Check, Level, Outcome, judged
from fedfleet.kube.quantities import number_of
from fedfleet.preflight.cluster import minor_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.checks.look import Look


OLDEST, NEWEST = "1.30", "1.34"
SLOW_SECONDS = (2.0, 10.0)
SKEW_SECONDS = (5.0, 60.0)
QUOTA_PERCENT = 90.0
_PRESSURES = ("DiskPressure", "MemoryPressure", "PIDPressure")


def api_answers(look: Look) -> Iterable[Outcome]:
    """Seconds for an answer."""
    api = seen(look.api)
    level = judged(api.seconds, *SLOW_SECONDS)
    yield Outcome(level, api.server, f"answered in {api.seconds:.2f} s", f"at most {SLOW_SECONDS[0]:g} s")


def version(look: Look) -> Iterable[Outcome]:
    """Kubernetes' version in range."""
    found = seen(look.api).version
    level = Level.FAILURE if minor_of(found) < minor_of(OLDEST) else Level.WARNING if minor_of(found) > minor_of(NEWEST) else Level.OK
    yield Outcome(level, "Kubernetes", found, f"{OLDEST} to {NEWEST}")


def clock(look: Look) -> Iterable[Outcome]:
    """The API server's clock against ours."""
    skew = seen(look.api).skew
    if skew is not None:
        yield Outcome(
            judged(abs(skew), *SKEW_SECONDS), "clock of the API server", f"{skew:+.0f} s", f"within {SKEW_SECONDS[0]:g} s of this machine's"
        )


def namespace(look: Look) -> Iterable[Outcome]:
    """There, to stay, and held to the restricted standard."""
    found, name = seen(look.namespace), f"namespace {look.place.namespace}"
    if found is None:
        yield Outcome(Level.FAILURE, name, "not there", "one that the site was deployed to", "Deploy the site, or correct the inventory")
        return
    if found["metadata"].get("deletionTimestamp"):
        yield Outcome(Level.FAILURE, name, "in deletion", "one that is there to stay")
        return
    standard = (found["metadata"].get("labels") or {}).get("pod-security.kubernetes.io/enforce", "none")
    yield Outcome(Level.OK if standard == "restricted" else Level.WARNING, name, f"Pod Security {standard}", "restricted")


def nodes(look: Look) -> Iterable[Outcome]:
    """Ready, and with room."""
    found = seen(look.nodes)
    good = 0
    for node in found:
        conditions = {item["type"]: item["status"] for item in (node.get("status") or {}).get("conditions") or []}
        pressed = [name for name in _PRESSURES if conditions.get(name) == "True"]
        name = f"node {node['metadata']['name']}"
        if conditions.get("Ready") != "True":
            yield Outcome(Level.WARNING, name, "not ready", "ready")
        elif pressed:
            yield Outcome(Level.WARNING, name, ", ".join(pressed), "no pressure")
        else:
            good += 1
            yield Outcome(Level.OK, name, "ready", "ready")
    if not good:
        yield Outcome(Level.FAILURE, "nodes", "none is ready", "at least one")


def quotas(look: Look) -> Iterable[Outcome]:
    """Quotas of the namespace that are used up."""
    for quota in seen(look.quotas):
        status = quota.get("status") or {}
        for resource, hard in (status.get("hard") or {}).items():
            used = (status.get("used") or {}).get(resource, "0")
            whole = number_of(str(hard))
            percent = 100.0 * number_of(str(used)) / whole if whole else 0.0
            level = Level.WARNING if percent >= QUOTA_PERCENT else Level.OK
            subject = f"quota {quota['metadata']['name']}, {resource}"
            yield Outcome(level, subject, f"{used} of {hard} used", f"less than {QUOTA_PERCENT:g} %")


KUBERNETES_CHECKS = (
    Check(
        "kube-api", "kubernetes", "the API answers",
        "Check the kubeconfig and context in the inventory, the way to the API server, and its load",
        "Everything FedFleet does goes through the Kubernetes API. A slow one makes every run slow; nodes and controllers feel it, too.",
        api_answers,
    ),
    Check(
        "kube-version", "kubernetes", "Kubernetes is of a version FedFleet knows",
        "Have the cluster upgraded; where it is newer, look for a newer FedFleet",
        "Older versions lack what the manifests use. Newer ones are likely to work, but nobody has seen it.",
        version,
    ),
    Check(
        "kube-clock", "kubernetes", "clocks agree",
        "Set the clocks of this machine and of the control plane by NTP",
        "Certificates begin ten minutes before they are signed; on a clock that is further behind they are not valid yet. Jobs' times are the nodes'.",
        clock,
    ),
    Check(
        "kube-namespace", "kubernetes", "the namespace is there and protected",
        "Run site.yml; where the platform team owns the namespace, have it apply what fedfleet.federation.rbac writes",
        "The site lives in one namespace, held to the restricted Pod Security standard. Without the label, pods with more rights could be put "
        "beside the site's.",
        namespace,
    ),
    Check(
        "kube-nodes", "kubernetes", "nodes are ready",
        "Look at the node: kubectl describe node NAME",
        "Pods of a node that is not ready are moved after five minutes, where others have room. "
        "Pressure on disk or memory gets pods evicted. Needs cluster rights.",
        nodes,
    ),
    Check(
        "kube-quota", "kubernetes", "quotas have room",
        "Ask the platform team for a larger quota of the namespace",
        "A quota that is used up keeps pods and volumes from being made: after a fault a pod may not come back.",
        quotas,
    ),
)  # fmt: skip
