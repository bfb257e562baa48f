"""Reads an inventory through Ansible itself, so that templates, group variables, vaults and `-e` mean what they mean in a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from fedfleet.errors import FedFleetError
from fedfleet.sites import configuration
from fedfleet.sites.model import InventorySite

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS = 120.0
# Ours is no run: no stages are timed, no report is touched, and what Ansible says is read by a program.
_QUIET = {
    # Ansible knows no empty list here; naming what prints anyhow enables nothing.
    "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.default",
    "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
    "ANSIBLE_DISPLAY_FAILED_STDERR": "true",
    "ANSIBLE_NOCOLOR": "true",
    "ANSIBLE_FORCE_COLOR": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_HOST_PATTERN_MISMATCH": "ignore",
    "ANSIBLE_RETRY_FILES_ENABLED": "false",
}


class InventoryError(FedFleetError):
    """An inventory cannot be read, or does not describe sites."""


class UnknownSiteError(FedFleetError):
    """The inventory has no such site, or more than one where one was to be chosen."""


def read_sites(inventory: Path, extra_vars: Sequence[str] = ()) -> tuple[InventorySite, ...]:
    """The sites of an inventory, exchanges first, each group in the inventory's order.

    Args:
        inventory: the inventory's directory, or a file in it.
        extra_vars: what `ansible-playbook -e` takes, one entry an option.

    Raises:
        InventoryError: there is no inventory, Ansible cannot resolve it, or it has no site.
    """
    if not inventory.exists():
        raise InventoryError(
            "There is no inventory",
            expected="a directory such as inventories/lab, or a file in it",
            where=str(inventory),
            next_step="Name yours with --inventory",
        )
    sites = tuple(_site(described, inventory) for described in resolved(inventory, "read.yml", extra_vars))
    if not sites:
        raise InventoryError(
            "The inventory has no site",
            expected="hosts in the groups exchanges or parties",
            where=str(inventory),
            next_step="`fedfleet init` writes an inventory to start from",
        )
    return sites


def site_named(sites: Sequence[InventorySite], name: str = "", kind: str = "party") -> InventorySite:
    """The site of that name (or party id), or the only one of its kind where no name is given.

    Raises:
        UnknownSiteError: there is none, or several to choose from.
    """
    there = [site for site in sites if site.kind == kind]
    chosen = [site for site in there if name in (site.name, site.party_id)] if name else there
    if len(chosen) == 1:
        return chosen[0]
    raise UnknownSiteError(
        f"The inventory has no {kind} {name}" if name else f"Which {kind} is meant is not clear",
        expected=f"one of {', '.join(site.name for site in there) or 'none: there is no ' + kind}",
        where=str(sites[0].directory) if sites else "",
        next_step="Name it with --site",
    )


def _site(described: dict[str, object], inventory: Path) -> InventorySite:
    try:
        return InventorySite.model_validate(described)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InventoryError(
            "The inventory describes a site that cannot be",
            found=f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}",
            where=f"{inventory}, host {described['name']}",
            next_step="Set it for that host or its group, as the inventories that `fedfleet init` writes do",
        ) from error


def resolved(inventory: Path, playbook: str, extra_vars: Sequence[str]) -> Any:
    """What a playbook of this package resolves in an inventory, and writes as JSON to the file that `resolved_file` names, which only we may read.

    Raises:
        InventoryError: Ansible cannot resolve it.
    """
    with tempfile.TemporaryDirectory(prefix="fedfleet-sites-") as directory:
        target = Path(directory) / "resolved.json"
        said = _resolve(inventory, playbook, target, extra_vars)
        if not target.is_file():
            raise _unreadable(inventory, said)
        return json.loads(target.read_bytes())


def _resolve(inventory: Path, name: str, target: Path, extra_vars: Sequence[str]) -> str:
    """Run the playbook; returns what was said."""
    with resources.as_file(resources.files(__package__).joinpath(name)) as playbook:
        command = [sys.executable, "-m", "ansible", "playbook", str(playbook), "--inventory", str(inventory)]
        for given in extra_vars:
            command += ["--extra-vars", given]
        command += ["--extra-vars", f"resolved_file={target}"]
        config = configuration.ansible_config(inventory)
        found = {configuration.ENVIRONMENT: str(config)} if config else {}
        try:
            done = subprocess.run(
                command, env=os.environ | found | _QUIET, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise InventoryError(
                "Ansible did not read the inventory in time", expected=f"an answer within {_SECONDS:.0f} s", where=str(inventory)
            ) from error
    return done.stdout.decode("utf-8", "replace")


def _unreadable(inventory: Path, said: str) -> InventoryError:
    telling = [line.strip() for line in said.splitlines() if "[ERROR]" in line or "fatal:" in line or "ERROR!" in line]
    lines = telling or [line.strip() for line in said.splitlines() if line.strip()]
    return InventoryError(
        "Ansible cannot resolve the inventory",
        found=" ".join(lines[:2])[:1000] or "no word of what is wrong",
        where=str(inventory),
        next_step=f"Look at it with: ansible-inventory -i {inventory} --list",
    )
