"""A client for Pulsar's admin API (2.10), as far as partners are concerned.

FATE writes every partner down in its broker at first use: a cluster named by the party id, an entry in its tenant's
list, and one in each job's namespace (fate/arch/federation/backends/pulsar, 2.2.0). It never reads them again nor
takes them back: a partner that left stays, and the broker goes on calling it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from pydantic import BaseModel, ConfigDict, Field

from fedfleet.engine.fate.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

TENANT = "fl-tenant"


class PartnerRecord(BaseModel):
    """How the broker reaches a partner (pulsar-common ClusterDataImpl).

    Attributes:
        broker_url: the partner's broker by its name; the SNI.
        proxy_url: the exchange's Traffic Server.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    broker_url: str | None = Field(default=None, alias="brokerServiceUrlTls")
    proxy_url: str | None = Field(default=None, alias="proxyServiceUrl")


class BrokerAdmin:
    """A party's broker, as its own people talk to it; a context manager."""

    def __init__(
        self,
        base_url: str,
        *,
        cluster: str = "",
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is sent.

        Args:
            base_url: where its admin API is reached.
            cluster: what the broker calls its own cluster.
            timeout: seconds until a call counts as unanswered.
            transport: how requests travel; None for the network.
        """
        self._cluster = cluster
        self._http = httpx.Client(base_url=f"{base_url}/admin/v2", timeout=timeout, transport=transport, trust_env=False)

    def __enter__(self) -> BrokerAdmin:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def healthy(self) -> bool:
        """Whether a message goes through the broker and back."""
        return self._call("GET", "/brokers/health", missing_ok=True) is not None

    def partners(self) -> Sequence[str]:
        """Party ids that the broker has a record of, sorted. Clusters that are no numbers are its owner's, or Pulsar's own."""
        return sorted(name for name in self._call("GET", "/clusters") or [] if name.isdecimal() and name != self._cluster)

    def record(self, party_id: str) -> PartnerRecord | None:
        """What the broker has written down about a partner; None where nothing."""
        found = self._call("GET", f"/clusters/{party_id}", missing_ok=True)
        return None if found is None else PartnerRecord.model_validate(found)

    def correct(self, party_id: str, record: PartnerRecord) -> bool:
        """Write down how a partner is reached, where the broker has something else.

        FATE makes the record itself at first use; this is for records that were right once.

        Returns:
            Whether the record was there and had to be changed.
        """
        current = self._call("GET", f"/clusters/{party_id}", missing_ok=True)
        wanted = record.model_dump(by_alias=True)
        if current is None or all(current.get(name) == value for name, value in wanted.items()):
            return False
        self._call("POST", f"/clusters/{party_id}", json=current | wanted)
        return True

    def drop(self, party_id: str) -> bool:
        """Forget a partner: stop replicating to it, and take it out of the tenant and the list of clusters.

        Returns:
            Whether anything had to be done.

        Raises:
            BrokerError: Pulsar refused a step; the steps before it stay done, and the next run goes on.
        """
        changed = False
        for namespace in self._call("GET", f"/namespaces/{TENANT}", missing_ok=True) or []:
            changed |= self._leave_namespace(namespace, party_id)
        tenant = self._call("GET", f"/tenants/{TENANT}", missing_ok=True)
        if tenant and party_id in tenant["allowedClusters"]:
            tenant["allowedClusters"] = sorted(set(tenant["allowedClusters"]) - {party_id})
            self._call("POST", f"/tenants/{TENANT}", json=tenant)
            changed = True
        if self.record(party_id) is not None:
            self._call("DELETE", f"/clusters/{party_id}")
            changed = True
        return changed

    def _leave_namespace(self, namespace: str, party_id: str) -> bool:
        clusters = self._call("GET", f"/namespaces/{namespace}/replication", missing_ok=True) or []
        if party_id not in clusters:
            return False
        self._call("POST", f"/namespaces/{namespace}/replication", json=sorted(set(clusters) - {party_id}))
        return True

    def _call(self, method: str, path: str, *, missing_ok: bool = False, json: object = None) -> Any:
        """The answer's JSON (text where it is none), or None where there is nothing and that is fine."""
        try:
            response = self._http.request(method, path, json=json)
        except httpx.HTTPError as error:
            raise BrokerError(
                "Pulsar's admin API did not answer",
                expected="an HTTP answer",
                found=f"{type(error).__name__}: {error}",
                where=f"{method} {self._http.base_url}{path}",
                next_step="Look whether Pulsar is up: the party's pod pulsar, or the Pulsar that the site brings",
            ) from error
        if missing_ok and response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.is_error:
            raise BrokerError(
                "Pulsar's admin API refused",
                expected="HTTP 2xx",
                found=f"HTTP {response.status_code}: {response.text[:300].strip()}",
                where=f"{method} {response.request.url}",
                next_step="Look at the log of the party's pod pulsar",
            )
        if response.headers.get("content-type", "").startswith("application/json") and response.content:
            return response.json()
        return response.text
