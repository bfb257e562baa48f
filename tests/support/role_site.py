"""A site whose cluster is to come from a simulated vCenter, and role cluster run on it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from fedfleet_lab.vcenter import Account
from support.answering_server import certify
from support.commands import Finished, run
from support.supervisor_stand_in import StandIns, standing_in
from support.vcenter import ACCOUNTS, ADMINISTRATOR, RunningVCenter, running_vcenter

# The usual port, on addresses that nobody else has: playbooks run as they are.
PORT = 443
HOSTS = """
all:
  children:
    exchanges:
      hosts:
        exchange:
"""


@dataclass
class Site:
    """The exchange's site, whose cluster is to come from a simulated vCenter."""

    folder: Path
    vcenter: RunningVCenter
    apis: StandIns

    def kubeconfig(self, cluster: str) -> Path:
        """Where the kubeconfig of a cluster is written; of the only one in a vSphere Namespace by that one's name."""
        return self.folder / f"{cluster}.kubeconfig"

    def play(self, playbook: str, **changed: Any) -> Finished:
        """Run a playbook with some variables changed."""
        authorities = self.folder / "authorities.pem"
        authorities.write_text(self.vcenter.simulator.authority.pair.certificate.read_text())
        certify(self.folder)
        variables: dict[str, Any] = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "federation_name": "clinics",
            "federation_domain": "clinics.example",
            "fedfleet_registry": "registry.example",
            "site_profile": "lab",
            "cluster_provider": "vks",
            "cluster_vcenter_hostname": self.vcenter.simulator.host,
            "cluster_vcenter_username": ADMINISTRATOR.user,
            "cluster_vcenter_password": ADMINISTRATOR.password,
            "cluster_vcenter_ca_file": authorities.name,
            "cluster_storage_policy": "vSAN Default Storage Policy",
            "cluster_kubeconfig": str(self.kubeconfig(changed.get("cluster_name", changed["cluster_vsphere_namespace"]))),
            "cluster_timeout": 20,
            # What stands in for a cluster runs no pods.
            "preflight_name_server": {},
        } | changed
        variables["cluster_vcenter_ca_file"] = str(self.folder / variables["cluster_vcenter_ca_file"])
        place = self.folder / "inventory"
        (place / "group_vars").mkdir(parents=True, exist_ok=True)
        (place / "hosts.yml").write_text(HOSTS)
        (place / "group_vars" / "all.json").write_text(json.dumps(variables))
        found = self.folder / f"{playbook}.yml"
        return run("ansible-playbook", str(found if found.is_file() else f"playbooks/{playbook}.yml"), "-i", str(place), timeout=300)

    def give_back(self, **changed: Any) -> Finished:
        """Give the cluster back as playbooks/remove.yml does where the data are to go, once nobody is in it any more."""
        self.apis.guest.objects.clear()
        role = {"name": "fedfleet.federation.cluster", "rolespec_validate": False}
        tasks = [
            {"ansible.builtin.include_role": role | {"tasks_from": "reach"}},
            {"ansible.builtin.include_role": role | {"tasks_from": "give_back"}, "vars": {"cluster_keep_data": False}},
        ]
        plays = [{"hosts": "exchanges", "gather_facts": False, "tasks": tasks}]
        (self.folder / "give_back.yml").write_text(yaml.safe_dump(plays))
        return self.play("give_back", **changed)


@contextmanager
def running_site(folder: Path, network: str, accounts: Sequence[Account] = ACCOUNTS) -> Iterator[Site]:
    """A vCenter whose namespaces are quickly what they are to be, and what stands in for its Supervisor's API and a cluster.

    All are at addresses that begin with ``network``, such as ``127.91.0``.
    """
    where: dict[str, Any] = {"host": f"{network}.1", "port": PORT, "supervisor_host": f"{network}.2", "supervisor_port": PORT}
    with running_vcenter(folder, accounts, namespace_delay=0.1, **where) as vcenter, standing_in(vcenter, f"{network}.3") as apis:
        yield Site(folder, vcenter, apis)
