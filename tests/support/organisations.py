"""Organisations of a federation, each with an inventory of its own and nothing of anyone else's."""

import json
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from fedfleet.report import Report
from support.commands import ROOT, Finished
from support.federation import Federation
from support.lab import RunningLab

# In the one cluster that the lab is, where the examples have vSphere make one for each.
HERE = {
    "cluster_provider": "existing",
    "cluster_vcenter_hostname": "",
    "cluster_vcenter_password": "",
    "storage_classes": dict.fromkeys(("database", "stream", "files", "dataset", "notebook"), "lab-mirrored"),
}
# Beside the federation that the lab's own inventory deploys: other names, and hosts of the ingress that nobody else has.
FEDERATION = {
    "federation_name": "single",
    "federation_domain": "fate.single.internal",
    "ingress_domain": "single.internal",
    "fate_exchange_namespace": "single-exchange",
}


def example_here(inventory: str, folder: Path, lab: RunningLab, **changed: Any) -> Path:
    """Copy an example inventory, with variables for the one cluster that the lab is, and others that are changed."""
    shutil.copytree(ROOT / "inventories" / inventory, folder, ignore=shutil.ignore_patterns("artifacts"))
    variables = folder / "group_vars" / "all.yml"
    here = HERE | {"cluster_kubeconfig": str(lab.kubeconfig)} | changed
    variables.write_text(yaml.safe_dump(yaml.safe_load(variables.read_text()) | here))
    return folder


@dataclass(frozen=True)
class Organisation:
    """One of the example inventories, as it is in the checkout, in a namespace of its own.

    Attributes:
        variables: what is said on the command line beside the federation's names.
    """

    federation: Federation
    namespace: str
    variables: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, inventory: str, directory: Path, lab: RunningLab, namespace: str = "") -> "Organisation":
        """Copy an example inventory."""
        namespace = namespace or f"single-{inventory}"
        variables = HERE | FEDERATION | {"site_namespace": namespace, "cluster_kubeconfig": str(lab.kubeconfig)}
        return cls(Federation.copied(inventory, directory, lab, "standalone"), namespace, variables)

    @classmethod
    def from_vcenter(cls, inventory: str, directory: Path, datacentre: RunningLab) -> "Organisation":
        """Copy an example inventory for a cluster that a data centre makes, as the example says."""
        federation = Federation.copied(inventory, directory, datacentre, "standalone")
        return cls(federation, f"fate-{inventory.removeprefix('party')}")

    def knowing(self, **variables: Any) -> "Organisation":
        """The same organisation with more to say."""
        return replace(self, variables=self.variables | variables)

    def play(self, playbook: str = "site.yml", **variables: Any) -> Finished:
        """Run a playbook on the inventory alone."""
        return self.federation.play("-e", json.dumps(self.variables | variables), playbook=playbook)

    def report(self) -> Report:
        """What its runs reported."""
        return self.federation.report()

    @property
    def state(self) -> str:
        """Where its site is, as its own report says."""
        (site,) = self.report().sites
        return site.state

    def artefact(self, name: str) -> Path:
        """A file that its runs left, or that others sent."""
        return self.federation.inventory / "artifacts" / name

    def receive(self, name: str, sent: Path) -> None:
        """Save what another organisation sent."""
        self.artefact(name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sent, self.artefact(name))


def send_card(party: Organisation, party_id: int, exchange: Organisation) -> None:
    """Have the exchange's operator receive a party's card."""
    exchange.receive(f"incoming/{party_id}.yaml", party.artefact(f"cards/{party_id}.yaml"))


def send_admission(exchange: Organisation, party_id: int, party: Organisation) -> None:
    """Have a party receive what the exchange answered it."""
    party.receive("admission.yaml", exchange.artefact(f"admissions/{party_id}.yaml"))
