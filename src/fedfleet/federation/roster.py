"""The roster: who is in the federation, who no longer is, and where the exchange is."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from fedfleet.federation.card import Engine, Serial
from fedfleet.federation.documents import Document, Part
from fedfleet.federation.endpoint import Endpoint, EndpointPair
from fedfleet.federation.names import ENDPOINT_NAMES, Domain, EndpointName, FederationName, Organisation, PartyId


def _moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "a moment has a time zone, such as 2026-11-22T12:00:00Z"
        raise ValueError(msg)
    return value.astimezone(UTC).replace(microsecond=0)


Moment = Annotated[datetime, AfterValidator(_moment)]


class Membership(StrEnum):
    """What a party is to the federation."""

    ADMITTED = "admitted"
    REMOVED = "removed"


class Member(Part):
    """A party as the others see it: no address of its own, for all ways lead through the exchange."""

    party_id: PartyId
    organisation: Organisation
    engine: Engine
    state: Membership
    server_names: EndpointPair


class Roster(Document):
    """All parties and the exchange's endpoints, numbered and signed by the federation's CA."""

    title: ClassVar[str] = "roster"

    kind: Literal["Roster"]
    federation: FederationName
    domain: Domain
    serial: Serial
    issued: Moment
    exchange: tuple[Endpoint, ...]
    parties: tuple[Member, ...] = Field(default=())

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if sorted(endpoint.name for endpoint in self.exchange) != sorted(ENDPOINT_NAMES):
            msg = "the exchange has the endpoints broker and coordination, once each"
            raise ValueError(msg)
        ids = [member.party_id for member in self.parties]
        if len(set(ids)) != len(ids):
            msg = "a party is on the roster once"
            raise ValueError(msg)
        return self

    def member(self, party_id: str) -> Member | None:
        """A party of the roster."""
        return next((member for member in self.parties if member.party_id == party_id), None)

    def admitted(self) -> tuple[Member, ...]:
        """The parties that are in."""
        return tuple(member for member in self.parties if member.state is Membership.ADMITTED)

    def removed(self) -> tuple[Member, ...]:
        """The parties that were in."""
        return tuple(member for member in self.parties if member.state is Membership.REMOVED)

    def exchange_endpoint(self, name: EndpointName) -> Endpoint:
        """One of the exchange's endpoints."""
        return next(endpoint for endpoint in self.exchange if endpoint.name == name)

    def says_the_same(self, other: Roster) -> bool:
        """Whether two rosters differ in nothing but number and date."""
        return (self.federation, self.domain, self.exchange, self.parties) == (
            other.federation,
            other.domain,
            other.exchange,
            other.parties,
        )
