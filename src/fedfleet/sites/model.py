"""One site as its inventory describes it: what it is, and the way into its cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from fedfleet.federation.external import External
from fedfleet.federation.names import Domain, FederationName, PartyId
from fedfleet.kube import Client


class InventorySite(BaseModel):
    """A host of the groups `exchanges` or `parties`.

    Attributes:
        name: the host's name in the inventory.
        kind: which of the two groups it is in.
        party_id: a party's id; None for an exchange.
        organisation: whose it is; empty where the inventory does not say.
        federation, domain: as the inventory names them.
        namespace: where the site lives in its cluster.
        kubeconfig: path of the kubeconfig; empty for the environment's, as kubectl takes it.
        context: context in it; empty for its current one.
        provider: where its cluster comes from: `existing`, `vks` or `tkc`.
        profile: the site's size: `lab`, `pilot` or `production`.
        drill_allow: whether drills may be run on it though it is production.
        drill_window: when they may be, as BEGIN/END in ISO 8601; empty for any time.
        drill_consent: who else has agreed, and where that is written down.
        fate_profile: `spark` or `standalone`; empty for an exchange.
        replicas: how many of a component a party has, by name, of those that it may have any number of.
        cluster_domain: the DNS suffix of Services.
        external: the parts of a party that it does not run in its namespace, as the site has them already.
        pulsar_mode: how a party's own Pulsar runs, `standalone` or as a `cluster`; empty for an exchange.
        directory: Ansible's `inventory_dir`, where the site's artefacts go.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Literal["exchange", "party"]
    party_id: PartyId | None = None
    organisation: str = ""
    federation: FederationName
    domain: Domain
    namespace: str
    kubeconfig: str = ""
    context: str = ""
    provider: str = "existing"
    profile: str = "pilot"
    drill_allow: bool = False
    drill_window: str = ""
    drill_consent: str = ""
    fate_profile: str = ""
    replicas: dict[str, int] = {}
    cluster_domain: str = "cluster.local"
    external: External = External()
    pulsar_mode: str = ""
    directory: Path

    def connect(self) -> Client:
        """A session with the site's cluster; a context manager.

        Raises:
            fedfleet.kube.KubeError: no usable kubeconfig, or no conversation with the API.
        """
        return Client.connect(self.kubeconfig or None, self.context or None)
