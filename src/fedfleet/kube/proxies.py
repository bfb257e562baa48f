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
    host = parts.hostname or ""
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
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    for rule in (part.strip().lower() for part in rules.split(",")):
        if not rule:
            continue
        if rule == "*":
            return True
        try:
            if address is not None and address in ipaddress.ip_network(rule, strict=False):
                return True
            continue
        except ValueError:
            pass
        name, colon, wanted_port = rule.rpartition(":")
        if colon and wanted_port.isdigit():
            if port != int(wanted_port):
                continue
            rule = name
        rule = rule.removeprefix("*")
        if host == rule.removeprefix(".") or (host.endswith(rule if rule.startswith(".") else f".{rule}")):
            return True
    return False
