"""The federation that tests run against: inventories/lab, deployed on the lab."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from fedfleet.report import Report, load_report
from support.commands import ROOT, Finished, run
from support.lab import RunningLab

# Three sites on the reference profile, with every image still to be pulled.
PLAYBOOK_SECONDS = 1800


@dataclass(frozen=True)
class Federation:
    """A copy of an inventory, so that no test leaves anything in the checkout, and the lab it works on."""

    inventory: Path
    lab: RunningLab
    profile: str

    @classmethod
    def copied(cls, name: str, directory: Path, lab: RunningLab, profile: str) -> "Federation":
        """Copy an inventory of the checkout, without what runs left beside it."""
        target = directory / name
        shutil.copytree(ROOT / "inventories" / name, target, ignore=shutil.ignore_patterns("artifacts"))
        settings = target / "group_vars" / "all.yml"
        lines = settings.read_text().splitlines(keepends=True)
        # Names of clusters stay beside each copy: others of the same lab give the same ones.
        settings.write_text("".join(line for line in lines if not line.startswith("cluster_names_file:")))
        return cls(target, lab, profile)

    def play(self, *arguments: str, playbook: str = "site.yml", timeout: float = PLAYBOOK_SECONDS, show: bool = False) -> Finished:
        """Run a playbook on the inventory.

        Args:
            arguments: more arguments for ansible-playbook.
            playbook: path in the checkout.
            timeout: seconds until it is killed.
            show: let it write to the terminal instead of into the result.
        """
        command = ("ansible-playbook", playbook, "-i", str(self.inventory), "-e", f"fate_profile={self.profile}", *arguments)
        return run(*command, env=self.lab.environment, timeout=timeout, show=show)

    def report(self) -> Report:
        """Read what the runs on this inventory reported."""
        return load_report(self.inventory)
