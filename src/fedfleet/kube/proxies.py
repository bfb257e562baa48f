"""Which HTTP proxy leads to an API, by the rules Go's clients follow, so that kubectl and we agree."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from fedfleet.kube.errors import KubeconfigError


def proxy_for(server: str, configured: str | None, environment: dict[str, str] | None = None) -> str | None:
    """The URL of the proxy for ``server``, or None for a direct connection.

    The kubeconfig's ``proxy-url`` wins; else HTTPS_PROXY (HTTP_PROXY for plain HTTP), unless NO_PROXY names the
    host, its domain, its address or a network it is in. A host of this machine is never asked for through a proxy
    of the environment.

    Raises:
        KubeconfigError: the proxy is of a kind we cannot speak to.
    """
    variables = dict(os.environ) if environment is None else environment
    proxy = configured or _from_environment(server, variables)
    if proxy is None:
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    if not proxy.startswith("http://"):
        raise KubeconfigError(
            "The proxy is of a kind that cannot be used",
            expected="an HTTP proxy, such as http://outbound.example.org:3128",
            found=urlsplit(proxy).scheme + "://",
            where="proxy-url of the kubeconfig" if configured else "HTTPS_PROXY of the environment",
            next_step="Name an HTTP proxy that allows CONNECT to the API's port",
        )
    return proxy


def _from_environment(server: str, variables: dict[str, str]) -> str | None:
    parts = urlsplit(server)
    name = f"{parts.scheme}_proxy"
    proxy = variables.get(name) or variables.get(name.upper())
    rules = variables.get("no_proxy") or variables.get("NO_PROXY") or ""
    host = (parts.hostname or "").lower()
    if not proxy or _is_local(host) or _bypassed(host, parts.port, rules):
        return None
    return proxy


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bypassed(host: str, port: int | None, rules: str) -> bool:
    """Whether the NO_PROXY ``rules`` cover the host (golang.org/x/net/http/httpproxy has them)."""
    return any(_covers(rule.strip().lower(), host, port) for rule in rules.split(",") if rule.strip())


def _covers(rule: str, host: str, port: int | None) -> bool:
    if rule == "*":
        return True
    try:
        network = ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return _covers_name(rule, host, port)
    try:
        return ipaddress.ip_address(host) in network
    except ValueError:
        return False


def _covers_name(rule: str, host: str, port: int | None) -> bool:
    """A name covers itself and its domain; one that begins with a dot or ``*.``, here, too."""
    name, colon, wanted = rule.rpartition(":")
    if colon and wanted.isdigit():
        if port != int(wanted):
            return False
        rule = name
    rule = rule.removeprefix("*").removeprefix(".")
    return host == rule or host.endswith(f".{rule}")
