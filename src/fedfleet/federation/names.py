"""Names of a federation: party ids, domains, and the host names derived from them."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator

EndpointName = Literal["broker", "coordination"]
ENDPOINT_NAMES: Final[tuple[EndpointName, ...]] = get_args(EndpointName)

# A certificate's common name holds 64 characters (X.520 ub-common-name); the longest we make is a coordination name.
LONGEST_COMMON_NAME: Final = 64

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# FATE looks parties up as numbers, so 030000 and 30000 would be one party with two names; ten digits fit the longest common name.
PARTY_ID: Final = "[1-9][0-9]{0,9}"
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")


def _as_text(value: object) -> object:
    """YAML reads ``party_id: 30000`` as a number; both spellings mean the same party."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _party_id(value: str) -> str:
    if not re.fullmatch(PARTY_ID, value):
        msg = f"a party id is a number of at most ten digits without a leading zero, found {value!r}"
        raise ValueError(msg)
    return value


def is_host_name(value: str) -> bool:
    """Whether ``value`` is a lower-case host name of at least two labels that cannot be read as a number."""
    labels = value.split(".")
    return len(value) <= 253 and len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not _NUMERIC.fullmatch(labels[-1])


def _host_name(value: str) -> str:
    if not is_host_name(value):
        msg = f"a host name has at least two labels of lower-case letters, digits and hyphens, found {value!r}"
        raise ValueError(msg)
    return value


def _domain(value: str) -> str:
    _host_name(value)
    longest = coordination_name("9" * 10, value)
    if len(longest) > LONGEST_COMMON_NAME:
        room = LONGEST_COMMON_NAME - len(longest) + len(value)
        msg = (
            f"a federation's domain has at most {room} characters, for certificates carry names below it, found {value!r} with {len(value)}"
        )
        raise ValueError(msg)
    return value


def _federation_name(value: str) -> str:
    if not _LABEL.fullmatch(value):
        msg = f"a federation's name has lower-case letters, digits and hyphens, at most 63, found {value!r}"
        raise ValueError(msg)
    return value


def _organisation(value: str) -> str:
    if not value.isprintable() or value != value.strip() or not 1 <= len(value) <= 100:
        msg = f"an organisation's name has 1 to 100 printable characters and no space around it, found {value!r}"
        raise ValueError(msg)
    return value


PartyId = Annotated[str, BeforeValidator(_as_text), AfterValidator(_party_id)]
HostName = Annotated[str, AfterValidator(_host_name)]
Domain = Annotated[str, AfterValidator(_domain)]
FederationName = Annotated[str, AfterValidator(_federation_name)]
Organisation = Annotated[str, AfterValidator(_organisation)]


def broker_name(party_id: str, domain: str) -> str:
    """The name a party's broker answers to; the SNI by which Traffic Server routes."""
    return f"{party_id}.{domain}"


def coordination_name(party_id: str, domain: str) -> str:
    """The name on a party's coordination endpoint, and on the client certificate with which it talks to the exchange."""
    return f"coordination-{party_id}.{domain}"


def server_name(endpoint: EndpointName, party_id: str, domain: str) -> str:
    """The name a party's endpoint must have."""
    return broker_name(party_id, domain) if endpoint == "broker" else coordination_name(party_id, domain)


def exchange_name(domain: str) -> str:
    """The name of the exchange's coordination endpoint, and on its client certificate."""
    return f"exchange.{domain}"


def proxy_name(domain: str) -> str:
    """The name under which brokers find Traffic Server."""
    return f"proxy.{domain}"


def probe_name(domain: str) -> str:
    """The name on the client certificate of the exchange's probe."""
    return f"probe.{domain}"


def exchange_server_name(endpoint: EndpointName, domain: str) -> str:
    """The name of one of the exchange's endpoints."""
    return proxy_name(domain) if endpoint == "broker" else exchange_name(domain)
