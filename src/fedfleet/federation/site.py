"""A site: an exchange or a party, as its inventory describes it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from fedfleet.federation.card import Engine
from fedfleet.federation.documents import Part
from fedfleet.federation.names import (
    Domain,
    EndpointName,
    FederationName,
    Organisation,
    PartyId,
    exchange_server_name,
    server_name,
)


class Site(Part):
    """What a site is. An exchange has no party id; a party has one."""

    kind: Literal["exchange", "party"]
    federation: FederationName
    domain: Domain
    organisation: Organisation
    party_id: PartyId | None = None
    engine: Engine = "fate"

    @model_validator(mode="after")
    def _party_has_an_id(self) -> Self:
        if self.kind == "party" and self.party_id is None:
            msg = "a party has a party_id"
            raise ValueError(msg)
        if self.kind == "exchange" and self.party_id is not None:
            msg = "an exchange has no party_id"
            raise ValueError(msg)
        return self

    def server_name(self, endpoint: EndpointName) -> str:
        """The name that one of the site's endpoints must have."""
        if self.party_id is None:
            return exchange_server_name(endpoint, self.domain)
        return server_name(endpoint, self.party_id, self.domain)
