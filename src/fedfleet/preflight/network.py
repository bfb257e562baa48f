"""Names, the cluster's name server, the registry and the exchange, asked from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.preflight.findings import Finding, Severity
from fedfleet.probe import Answer, Question, ask, ask_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.federation.endpoint import Endpoint
    from fedfleet.kube import Client, KubeObject
    from fedfleet.preflight.needs import NameServer

_SECONDS = 3.0
_DNS_PORT = 53
_NO_MANIFEST = 404
_LOG_IN = (401, 403)
_MANIFESTS = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in ("oci.image.manifest.v1", "oci.image.index.v1", "docker.distribution.manifest.v2", "docker.distribution.manifest.list.v2")
)


def name_findings(names: Sequence[str], hoped: Sequence[str]) -> list[Finding]:
    """Names that do not resolve on this machine: errors, and for those that only should, warnings."""
    answers = ask_all([Question("dns", name, timeout=_SECONDS) for name in (*names, *hoped)])
    found = []
    for number, (name, answer) in enumerate(zip((*names, *hoped), answers, strict=True)):
        if not answer.ok:
            severity = Severity.ERROR if number < len(names) else Severity.WARNING
            fix = "have a DNS record made, or correct the name in the inventory"
            found.append(Finding(f"name {name}", "that it resolves", answer.detail, "this machine's resolver", fix, severity))
    return found


def name_server_findings(client: Client, server: NameServer) -> list[Finding]:
    """Whether the cluster's name server answers for a name it must know, asked through a tunnel to one of its pods."""
    where = f"Service {server.namespace}/{server.service}"
    with client.tunnel(server.namespace, f"service/{server.service}", _DNS_PORT) as tunnel:
        answer = ask(Question("nameserver", tunnel.host, tunnel.port, server_name=server.name, timeout=_SECONDS))
    if answer.ok:
        return []
    fix = "look at the logs of the name server's pods"
    return [Finding("cluster DNS", f"an address for {server.name}", answer.detail, where, fix)]


def exchange_findings(endpoints: Sequence[Endpoint]) -> list[Finding]:
    """The exchange's endpoints that cannot be reached from here. Warnings: what counts is the way from the nodes, which the ladder proves."""
    answers = ask_all([Question("tcp", endpoint.address, endpoint.port, timeout=_SECONDS) for endpoint in endpoints])
    fix = "ask the exchange's operator whether it runs, and open the port in the firewalls: the change sheet lists it"
    return [
        Finding(
            f"exchange, {endpoint.name}",
            "a connection",
            answer.detail,
            f"{endpoint.address}:{endpoint.port} from here",
            fix,
            Severity.WARNING,
        )
        for endpoint, answer in zip(endpoints, answers, strict=True)
        if not answer.ok
    ]


def image_findings(images: Sequence[str], nodes: Sequence[KubeObject], *, ask_registry: bool) -> list[Finding]:
    """Images that nodes will not get.

    What a node has, it got: those images are not asked for. Of the others the registry is asked, as far as it can be from here.
    """
    there = node_images(nodes)
    unknown = sorted(image for image in set(images) if image not in there)
    if not unknown or not ask_registry:
        return []
    found = []
    for registry in sorted({image.partition("/")[0] for image in unknown}):
        wanted = [image for image in unknown if image.partition("/")[0] == registry]
        found += _registry_findings(registry, wanted)
    return found


def node_images(nodes: Sequence[KubeObject]) -> frozenset[str]:
    """Names of images that some node has; a kubelet tells of its largest fifty."""
    return frozenset(
        name for node in nodes for image in (node.get("status") or {}).get("images") or [] for name in image.get("names") or []
    )


def _registry_findings(registry: str, images: Sequence[str]) -> list[Finding]:
    host, _, port = registry.partition(":")
    root = {
        kind: Question(kind, host, int(port or (443 if kind == "https" else 80)), path="/v2/", status=0, timeout=_SECONDS)
        for kind in ("https", "http")
    }
    answers = dict(zip(root, ask_all(list(root.values())), strict=True))
    kind = next((kind for kind, answer in answers.items() if answer.ok), "")
    if not kind:
        text = f"it cannot be asked from here ({answers['https'].detail}), and no node has {', '.join(images)} yet"
        fix = "make sure that the nodes reach it and that it holds these images; `fedfleet images push` fills a registry"
        return [Finding(f"registry {registry}", "that it answers", text, "this machine", fix, Severity.WARNING)]
    if answers[kind].status in _LOG_IN:
        text = f"it asks for credentials, and no node has {', '.join(images)} yet"
        fix = "make sure that fedfleet_image_pull_secrets names a Secret with which they can be pulled"
        return [Finding(f"registry {registry}", "the site's images", text, registry, fix, Severity.WARNING)]
    asked = [_manifest(root[kind], image) for image in images]
    return missing_images(registry, dict(zip(images, ask_all(asked), strict=True)))


def missing_images(registry: str, answers: Mapping[str, Answer]) -> list[Finding]:
    """What the registry says it does not hold."""
    missing = [image for image, answer in answers.items() if answer.status == _NO_MANIFEST]
    fix = "push them: `fedfleet images push`, or correct fedfleet_registry and the images' versions"
    return [Finding("image", f"{image} in the registry", "no such image, and no node has it", registry, fix) for image in missing]


def _manifest(root: Question, image: str) -> Question:
    _, _, path = image.partition("/")
    name, at, digest = path.partition("@")
    if not at:
        name, _, digest = path.rpartition(":") if ":" in path else (path, "", "latest")
    else:
        name = name.partition(":")[0]
    return Question(
        root.kind,
        root.host,
        root.port,
        method="HEAD",
        path=f"/v2/{name}/manifests/{digest}",
        headers=(("Accept", _MANIFESTS),),
        status=0,
        timeout=_SECONDS,
    )
