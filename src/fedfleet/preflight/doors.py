"""Ways in from outside: load balancer, node ports, given addresses, and the IngressClass. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.preflight.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube import KubeObject
    from fedfleet.preflight.needs import Door

# Kubernetes' own, of the class that Ingresses get which name none.
_DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"
# OpenShift's controller, as IngressClasses name it.
_ROUTES = "openshift.io/ingress-to-route"


def door_findings(doors: Sequence[Door], services: Sequence[KubeObject], namespace: str, balancers: Sequence[str]) -> list[Finding]:
    """What keeps the doors from being opened.

    Args:
        doors: what the site opens.
        services: those of the cluster, or as many as may be seen.
        namespace: the site's.
        balancers: signs of a load balancer beside Services that have an address: kinds that are served, the nodes' cloud.
    """
    found = _balancer_findings(doors, services, balancers)
    for door in doors:
        if door.kind == "NodePort":
            found += _node_port_findings(door, services, namespace)
        if door.kind in ("NodePort", "HostAddresses") and not door.addresses:
            fix = f"set {door.variable} to the addresses of nodes, or of a virtual router before them"
            found.append(Finding(f"address of {door.name}", "where others reach it", "none", door.variable, fix))
    return found


def _balancer_findings(doors: Sequence[Door], services: Sequence[KubeObject], balancers: Sequence[str]) -> list[Finding]:
    wanted = [door for door in doors if door.kind == "LoadBalancer"]
    asking = [service for service in services if service["spec"].get("type") == "LoadBalancer"]
    served = [service for service in asking if (service.get("status") or {}).get("loadBalancer", {}).get("ingress")]
    if not wanted or served:
        return []
    names = ", ".join(door.name for door in wanted)
    variables = " and ".join(sorted({door.variable for door in wanted if door.variable}))
    fix = f"have one brought up (NSX, MetalLB, ...), or set {variables or 'the service type'} to NodePort"
    if asking:
        waiting = ", ".join(f"{item['metadata']['namespace']}/{item['metadata']['name']}" for item in asking[:3])
        text = f"{len(asking)} Services ask for one and none has an address: {waiting}"
        return [Finding("load balancer", f"addresses for {names}", text, "the cluster", fix)]
    if balancers:
        return []
    text = "no Service that has an address of one, and no sign of one"
    return [Finding("load balancer", f"addresses for {names}", text, "the cluster", fix, Severity.WARNING)]


def _node_port_findings(door: Door, services: Sequence[KubeObject], namespace: str) -> list[Finding]:
    owners = [
        f"{service['metadata']['namespace']}/{service['metadata']['name']}"
        for service in services
        for port in service["spec"].get("ports") or []
        if port.get("nodePort") == door.node_port
        and (service["metadata"]["namespace"], service["metadata"]["name"]) != (namespace, door.name)
    ]
    if not door.node_port or not owners:
        return []
    return [Finding(f"node port of {door.name}", f"{door.node_port} free", f"taken by {owners[0]}", door.variable, "choose another port")]


def balancer_signs(kinds: Sequence[str], nodes: Sequence[KubeObject]) -> list[str]:
    """Signs that the cluster gives addresses to Services: a load balancer's own kinds, or nodes that belong to a cloud."""
    clouds = {str((node.get("spec") or {}).get("providerID", "")).partition("://")[0] for node in nodes}
    return [*kinds, *sorted(cloud for cloud in clouds if cloud)]


def ingress_findings(classes: Sequence[KubeObject], name: str, *, routes: bool) -> list[Finding]:
    """Whether anybody would serve an Ingress of the class ``name``, or of none where it is empty; ``routes`` whether the cluster has OpenShift's Routes.

    OpenShift's controller makes Routes of Ingresses of its class and of those that name none (openshift/route-controller-manager pkg/route/ingress/ingress.go).
    """
    fix = "set ingress_class_name to one that is there, or let ingress_provider deploy one"
    names = sorted(str(item["metadata"]["name"]) for item in classes)
    if not name:
        if routes or any((item["metadata"].get("annotations") or {}).get(_DEFAULT_CLASS) == "true" for item in classes):
            return []
        expected = f"one that is the cluster's default (annotation {_DEFAULT_CLASS}), as ingress_class_name names none"
        return [Finding("IngressClass", expected, ", ".join(names) or "none", "the cluster's IngressClasses", fix, Severity.WARNING)]
    if name not in names:
        return [Finding("IngressClass", name, ", ".join(names) or "none", "the cluster's IngressClasses", fix)]
    controllers = {(item.get("spec") or {}).get("controller") for item in classes if item["metadata"]["name"] == name}
    if controllers == {_ROUTES} and not routes:
        found = "a cluster without route.openshift.io/v1"
        fix = "have OpenShift's ingress operator and its Routes brought back, or name another class (ingress_class_name)"
        return [
            Finding("Routes", f"OpenShift's Routes, of which IngressClass {name} makes one for each Ingress", found, "the API server", fix)
        ]
    return []
