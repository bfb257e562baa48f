"""The simulated vCenter: what it has, who may log in, and how it is started."""

from fedfleet_lab.vcenter.accounts import Account
from fedfleet_lab.vcenter.inventory import Datastore, Host, Inventory, Supervisor
from fedfleet_lab.vcenter.simulator import Simulator

__all__ = ["Account", "Datastore", "Host", "Inventory", "Simulator", "Supervisor"]
