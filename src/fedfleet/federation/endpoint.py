"""An endpoint: where a site is reached from outside, for one purpose."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from fedfleet.federation.addresses import address_fault, joined
from fedfleet.federation.documents import Part
from fedfleet.federation.names import EndpointName, HostName

Protocol = Literal["pulsar+ssl", "https"]
PROTOCOLS: Final[dict[EndpointName, Protocol]] = {"broker": "pulsar+ssl", "coordination": "https"}


def _address(value: str) -> str:
    fault = address_fault(value)
    if fault:
        raise ValueError(fault)
    return value


Address = Annotated[str, AfterValidator(_address)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]


class Endpoint(Part):
    """Where a site is reached: the broker (data) or coordination (jobs); the name its certificate carries."""

    name: EndpointName
    protocol: Protocol
    address: Address
    port: Port
    server_name: HostName

    @model_validator(mode="after")
    def _protocol_fits(self) -> Self:
        if self.protocol != PROTOCOLS[self.name]:
            msg = f"the {self.name} endpoint speaks {PROTOCOLS[self.name]}, found {self.protocol}"
            raise ValueError(msg)
        return self

    @property
    def target(self) -> str:
        """``address:port``."""
        return joined(self.address, self.port)


def endpoint(name: EndpointName, address: str, port: int, server_name: str) -> Endpoint:
    """An endpoint with the protocol that its name demands."""
    return Endpoint(name=name, protocol=PROTOCOLS[name], address=address, port=port, server_name=server_name)


class EndpointPair(Part):
    """One PEM text or name for each of a site's two endpoints."""

    broker: str
    coordination: str

    def of(self, name: EndpointName) -> str:
        """The one for an endpoint."""
        return self.broker if name == "broker" else self.coordination
