"""Which values of a type make sense. A variable's name says what it is: all that ends in ``port`` is a port.

So there is no list of variables to keep, and a new variable that is named like the others is checked like them.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from fedfleet.federation.addresses import address_fault
from fedfleet.federation.names import Domain, FederationName, Organisation, PartyId, is_host_name

if TYPE_CHECKING:
    from collections.abc import Sequence

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# apimachinery/pkg/api/resource/quantity.go
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|[kMGTPE]|[KMGTPE]i)?")
# distribution/reference: registry, path in lower case, tag, digest.
_IMAGE = re.compile(r"([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?")
# exchange_nginx_image, fate_image_flow; but not fate_image_pull_policy.
_OF_IMAGE = re.compile(r".*_image(_[a-z]+)?")
_REGISTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._-]*)*")
_LARGEST_PORT = 65535
_MODELS: dict[str, TypeAdapter[str]] = {
    "party_id": TypeAdapter(PartyId),
    "removed_parties": TypeAdapter(PartyId),
    "federation_domain": TypeAdapter(Domain),
    "federation_name": TypeAdapter(FederationName),
    "organisation": TypeAdapter(Organisation),
}


def number_fault(path: Sequence[str], value: float) -> str:
    """What was expected of the number at ``path`` (a variable and fields in it) instead; empty when it is in range."""
    name = path[0]
    if name.endswith(("party_id", "removed_parties")):
        return _model_fault(name, value)
    if any(part.endswith(("port", "ports")) for part in path):
        return "" if 1 <= value <= _LARGEST_PORT else f"a port from 1 to {_LARGEST_PORT}"
    if name.endswith("timeout"):
        return "" if value >= 1 else "at least one second"
    if any(part.endswith("replicas") for part in path):
        return "" if value >= 1 else "at least one"
    return "" if value >= 0 else "no negative number"


def text_fault(path: Sequence[str], value: str) -> str:
    """The same for a text. An empty one means that nothing was said, and is always fine."""
    name, leaf = path[0], path[-1]
    if not value:
        return ""
    if name.endswith(tuple(_MODELS)):
        return _model_fault(name, value)
    if any(part.endswith(("_cidrs", "_networks", "_sources")) for part in path) or leaf == "cidr":
        return _network_fault(value)
    if name.endswith("_namespace"):
        return "" if _LABEL.fullmatch(value) else "a namespace: lower-case letters, digits and hyphens, at most 63"
    if name.endswith("_domain"):
        return "" if is_host_name(value) else "a domain in lower case, such as example.org"
    if leaf.endswith("address") or name.endswith("addresses"):
        return _address_fault(value)
    if name.endswith("_registry"):
        return "" if _REGISTRY.fullmatch(value) else "host[:port][/path] without a scheme, such as registry.example.org:5000"
    if _OF_IMAGE.fullmatch(name):
        return "" if _IMAGE.fullmatch(value) else "an image, such as registry.example.org/fedfleet/nginx:1.22"
    return quantity_fault(path, value)


def quantity_fault(path: Sequence[str], value: str) -> str:
    """The same for what Kubernetes measures; empty for all that lies elsewhere."""
    measured = any(part in ("requests", "limits", "volumes") for part in path)
    return "a quantity, such as 500m, 2Gi or 4" if measured and not _QUANTITY.fullmatch(value) else ""


def _model_fault(name: str, value: object) -> str:
    model = next(model for ending, model in _MODELS.items() if name.endswith(ending))
    if name.endswith("removed_parties") and isinstance(value, float):
        value = int(value)
    try:
        model.validate_python(value)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        return message.rpartition(", found ")[0] or message
    return ""


def _network_fault(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return "a network, such as 10.1.2.0/24"
    return ""


def _address_fault(value: str) -> str:
    return f"an address others can reach ({fault})" if (fault := address_fault(value)) else ""
