"""Traffic Server's ``sni.yaml`` (Traffic Server 9.2, admin-guide/files/sni.yaml.en.html)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fedfleet.federation.route import RouteTable

# A port outside proxy.config.http.connect_ports: Traffic Server itself refuses the tunnel, and connects nowhere.
_NOWHERE: Final = "127.0.0.1:1"


def marker_name(table_id: str, domain: str) -> str:
    """A server name that only the table with this id knows.

    Traffic Server has no way to say which table it serves. This name leads nowhere, but a replica that knows
    it answers differently (an error in clear text) from one that does not (a TLS alert).
    """
    return f"table-{table_id}.{domain}"


def render_sni(table: RouteTable, domain: str) -> str:
    """The file for a table: one tunnel for each broker, and the table's marker."""
    tunnels = [(route.match, route.target) for route in table.of_kind("sni")]
    lines = ["# Derived from the admitted cards; changes made here are overwritten.", "sni:"]
    for name, target in [*tunnels, (marker_name(table.table_id, domain), _NOWHERE)]:
        # A JSON string is a YAML string, quoted.
        lines += [f"- fqdn: {json.dumps(name)}", f"  tunnel_route: {json.dumps(target)}"]
    return "\n".join(lines) + "\n"
