# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands the variables of all sites over to the library. Documented in plugins/modules/inventory.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.template import Templar, trust_as_template
from ansible.utils.vars import load_extra_vars

from ansible_collections.fedfleet.federation.plugins.modules.inventory import ARGUMENTS
from ansible_collections.fedfleet.federation.plugins.plugin_utils.in_place import prepare
from ansible_collections.fedfleet.federation.plugins.plugin_utils.once import known, remember

try:
    from fedfleet.errors import FedFleetError
    from fedfleet.inventory import EXCHANGES, PARTIES, Given, SiteGiven, examine, plan_variables, read_catalogue, read_places

    HAS_FEDFLEET = True
except ImportError:
    HAS_FEDFLEET = False

if TYPE_CHECKING:
    from fedfleet.inventory import Catalogue

_FACT = "fedfleet_inventory"
# Every playbook of ours begins with this.
prepare(whole_run=True)
COLLECTION = Path(__file__).resolve().parents[2]


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs where the inventory is."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        if not HAS_FEDFLEET:
            raise AnsibleError("The Python package fedfleet is not installed for this ansible-playbook.")
        arguments = self.validate_argument_spec(argument_spec=ARGUMENTS)[1]
        variables = task_vars or {}
        before = known(_FACT, variables)
        if before:
            return result | {"changed": False, "sites": before["sites"]}
        try:
            catalogue = read_catalogue(COLLECTION)
            given = self._given(variables, catalogue, arguments["other_variables"])
            sources = map(Path, variables.get("ansible_inventory_sources") or [])
            examine(given, read_places(sources, Path.cwd()), catalogue, datetime.now(UTC))
        except FedFleetError as error:
            return result | {"failed": True, "msg": str(error)}
        sites = [site.name for site in given.sites]
        return result | {"changed": False, "sites": sites, "ansible_facts": remember(_FACT, sites=sites)}

    def _given(self, variables: Mapping[str, Any], catalogue: Catalogue, others: list[str]) -> Given:
        groups = {str(group): [str(host) for host in hosts] for group, hosts in variables["groups"].items()}
        hosts = dict.fromkeys([*groups.get(EXCHANGES, []), *groups.get(PARTIES, [])])
        return Given(
            sites=[self._site(variables["hostvars"], host, groups, catalogue) for host in hosts],
            groups=groups,
            extra=frozenset(map(str, load_extra_vars(self._loader))),
            others=others,
        )

    def _site(self, hostvars: Any, host: str, groups: Mapping[str, list[str]], catalogue: Catalogue) -> SiteGiven:
        raw = hostvars.raw_get(host)
        own = tuple(group for group, hosts in groups.items() if host in hosts)
        values, faults = _computed({name: raw[name] for name in raw if name in catalogue.options}, hostvars[host].__getitem__)
        bare = SiteGiven(host, own)
        # The defaults of all roles below what the inventory says, as a role would see them.
        defaults = {name: _trusted(default) for name, default in catalogue.defaults.items()}
        templar = Templar(self._loader, defaults | raw)
        plan, plan_faults = _computed(
            dict.fromkeys(plan_variables(bare.kind)), lambda name: templar.template(trust_as_template("{{ " + name + " }}"))
        )
        return SiteGiven(host, own, frozenset(map(str, raw)), values, faults, plan, plan_faults)


def _computed(wanted: Mapping[str, object], compute: Callable[[str], object]) -> tuple[dict[str, object], dict[str, str]]:
    """Values by variable, and why others have none."""
    values: dict[str, object] = {}
    faults: dict[str, str] = {}
    for name in wanted:
        try:
            values[name] = _plain(compute(name))
        except AnsibleError as error:
            faults[name] = str(error)
    return values, faults


def _plain(value: Any) -> object:
    """A value with everything in it computed: Ansible leaves what is inside of containers to whoever looks."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _trusted(default: object) -> object:
    if isinstance(default, str):
        return trust_as_template(default)
    if isinstance(default, dict):
        return {key: _trusted(inner) for key, inner in default.items()}
    return [_trusted(inner) for inner in default] if isinstance(default, list) else default
