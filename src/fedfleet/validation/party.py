"""A party as the ladder sees it: its cluster, its place in it, and what it knows of the federation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet.engine.fate import FlowClient
from fedfleet.federation.roster import Roster

if TYPE_CHECKING:
    from fedfleet.kube import Client, Tunnel

INNER_NGINX = "service/nginx"
INNER_PORT = 9300
_ROSTER = "roster"


@dataclass(frozen=True)
class Party:
    """A party whose cluster may be asked."""

    party_id: str
    client: Client
    namespace: str

    @contextmanager
    def inner_nginx(self) -> Iterator[str]:
        """The base URL of the party's own nginx, as its FATE Flow uses it, for as long as the context is open.

        Raises:
            fedfleet.kube.TunnelError: no pod of it is ready.
        """
        with self._tunnel() as tunnel:
            yield _url(tunnel)

    @contextmanager
    def flow(self) -> Iterator[FlowClient]:
        """The party's FATE Flow, for as long as the context is open."""
        with self._tunnel() as tunnel, FlowClient(_url(tunnel), self.party_id, trouble=lambda: tunnel.failure) as flow:
            yield flow

    def _tunnel(self) -> Tunnel:
        return self.client.tunnel(self.namespace, INNER_NGINX, INNER_PORT)

    def roster(self) -> Roster | None:
        """The roster the party has taken up, or None before its admission."""
        found = self.client.get("ConfigMap", _ROSTER, self.namespace)
        text = ((found or {}).get("data") or {}).get("roster.yaml")
        return Roster.read(text, f"ConfigMap {_ROSTER} in {self.namespace}") if text else None


def _url(tunnel: Tunnel) -> str:
    return f"http://{tunnel.host}:{tunnel.port}"


def partners_of(party_id: str, roster: Roster | None) -> tuple[str, ...]:
    """The admitted parties but this one, in the order of their numbers."""
    if roster is None:
        return ()
    return tuple(sorted((member.party_id for member in roster.admitted() if member.party_id != party_id), key=int))
