"""The stored configuration: the ConfigMaps that replicas start from, kept equal to what the admitted cards say."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.errors import FedFleetError
from fedfleet.exchange.admitted import admitted_parties
from fedfleet.exchange.nginx import CONFIGURATION, render_nginx, trust_file
from fedfleet.exchange.settings import NGINX_CONFIG_MAP, NGINX_TRUST_CONFIG_MAPS, OWN_LABELS, SNI_CONFIG_MAP, SNI_FILE, ExchangeSettings
from fedfleet.exchange.sni import render_sni
from fedfleet.federation.route import RouteTable, routes_of
from fedfleet.kube import StaleError, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.kube import Client
    from fedfleet.kube.whole import Whole, Written

# A ConfigMap holds 1 MiB (validation.MaxSecretSize and MaxConfigMapSize in Kubernetes' api validation).
_LARGEST_BYTES: Final = 1024 * 1024
_MOST_ATTEMPTS: Final = 10
_TABLE_FILE: Final = "table.json"


@dataclass(frozen=True)
class Served:
    """What a stored configuration serves: names and parties with where they lead, and the table's id."""

    table_id: str = ""
    sni: Mapping[str, str] | None = None
    header: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Configuration:
    """A table and the files that it becomes."""

    table: RouteTable
    sni: str
    nginx: Mapping[str, str]
    before: Served
    written: tuple[Written, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything stored is other than before."""
        return any(written.changed for written in self.written)


def store_routes(
    client: Client, settings: ExchangeSettings, authority: str, *, table: RouteTable | None = None, dry_run: bool = False
) -> Configuration:
    """Make the stored configuration what the admitted cards say, whoever else is doing so at the same time.

    The cards are read again after every write: whoever writes last has seen the last card.

    Args:
        client: the exchange's cluster.
        settings: the exchange.
        authority: the CA (PEM).
        table: what to compute with in a dry run, in place of the stored cards.
        dry_run: change nothing.

    Raises:
        DocumentError: the cards clash.
        FedFleetError: the table is too large for one object, or others keep changing it.
    """
    first: Configuration | None = None
    for _ in range(_MOST_ATTEMPTS):
        wanted = table if dry_run and table is not None else _stored_table(client, settings)
        try:
            found = _store(client, settings, authority, wanted, dry_run=dry_run)
        except StaleError:
            continue
        if first is not None:
            # What was before is what was before our first write.
            found = Configuration(found.table, found.sni, found.nginx, first.before, (*first.written, *found.written))
        if dry_run or _stored_table(client, settings) == wanted:
            return found
        first = found
    raise FedFleetError(
        "The routes could not be stored",
        expected="that nobody else changes them at the same time",
        found=f"{_MOST_ATTEMPTS} changes by others",
        where=f"ConfigMaps {SNI_CONFIG_MAP} and {NGINX_CONFIG_MAP} in namespace {settings.namespace}",
        next_step="Find out who changes them, and run again",
    )


def _stored_table(client: Client, settings: ExchangeSettings) -> RouteTable:
    return routes_of(party.card for party in admitted_parties(client, settings).values())


def _store(client: Client, settings: ExchangeSettings, authority: str, table: RouteTable, *, dry_run: bool) -> Configuration:
    sni = render_sni(table, settings.domain)
    nginx = render_nginx(table, settings.federation, settings.domain, authority, settings.nginx)
    trust = trust_objects(table, nginx)
    served = {SNI_CONFIG_MAP: {SNI_FILE: sni, _TABLE_FILE: _described(table)}, NGINX_CONFIG_MAP: {CONFIGURATION: nginx[CONFIGURATION]}}
    for name, content in (trust | served).items():
        _refuse_too_large(name, content)
    current = {name: whole.read(client, "ConfigMap", settings.namespace, name) for name in (*trust, *served)}
    before = _served(current[SNI_CONFIG_MAP].texts.get(_TABLE_FILE, ""))

    def write(found: Whole, content: Mapping[str, str]) -> Written:
        return whole.write(client, found, content, OWN_LABELS, dry_run=dry_run)

    # nginx does not start without a file that its configuration names: those come before it, and go after it.
    added = [write(current[name], {**current[name].texts, **files}) for name, files in trust.items() if files or current[name].is_there]
    written = [write(current[name], content) for name, content in served.items()]
    cleared = [write(done.stored, trust[done.name]) for done in added if set(done.stored.texts) - set(trust[done.name])]
    return Configuration(table, sni, nginx, before, (*added, *written, *cleared))


def trust_objects(table: RouteTable, nginx: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Which of nginx's files is in which ConfigMap: a party's bundle is always in the same one, and all have about as many."""
    found: dict[str, dict[str, str]] = {name: {} for name in NGINX_TRUST_CONFIG_MAPS}
    for party_id in table.parties:
        place = hashlib.sha256(party_id.encode()).digest()[0] % len(NGINX_TRUST_CONFIG_MAPS)
        found[NGINX_TRUST_CONFIG_MAPS[place]][trust_file(party_id)] = nginx[trust_file(party_id)]
    return found


def _described(table: RouteTable) -> str:
    """The table in short, for the next run to know what was served before it."""
    described = {
        "table": table.table_id,
        "sni": {route.match: route.target for route in table.of_kind("sni")},
        "header": {route.match: route.target for route in table.of_kind("header")},
    }
    return json.dumps(described, indent=1, sort_keys=True) + "\n"


def _served(text: str) -> Served:
    try:
        found = json.loads(text)
        return Served(str(found["table"]), dict(found["sni"]), dict(found["header"]))
    except (ValueError, KeyError, TypeError):
        # Never stored, or changed by hand: then nothing is known about before.
        return Served()


def _refuse_too_large(name: str, texts: Mapping[str, str]) -> None:
    size = sum(len(text.encode()) for text in texts.values())
    if size > _LARGEST_BYTES:
        raise FedFleetError(
            "The routes are too many for one exchange",
            expected=f"at most {_LARGEST_BYTES // 1024} KiB of configuration",
            found=f"{size // 1024} KiB",
            where=f"ConfigMap {name}",
            next_step="Set up a second exchange for further parties",
        )


def nginx_text(configuration: Configuration) -> str:
    """All files of nginx together: the configuration, then the bundles by name."""
    files = configuration.nginx
    return "".join([files[CONFIGURATION], *(files[name] for name in sorted(files) if name != CONFIGURATION)])
