"""What the exchange's objects are called, and where their files are in the pods."""

from __future__ import annotations

from dataclasses import dataclass, field

from fedfleet.exchange.nginx import NginxSettings

SNI_CONFIG_MAP = "traffic-server-sni"
SNI_FILE = "sni.yaml"
NGINX_CONFIG_MAP = "nginx-config"
# By whose certificates nginx knows the parties. An object holds 1 MiB, which a few hundred parties fill; role exchange mounts all of these.
NGINX_TRUST_CONFIG_MAPS = tuple(f"nginx-trust-{number}" for number in range(8))
AUTHORITY_SECRET = "fedfleet-ca"  # noqa: S105 - a name
NGINX_SECRET = "nginx-cert"  # noqa: S105 - a name
PROBE_SECRET = "probe-cert"  # noqa: S105 - a name
ROSTER_CONFIG_MAP = "roster"
CARD_LABEL = {"fedfleet.dev/kind": "card"}
OWN_LABELS = {"app.kubernetes.io/part-of": "fedfleet", "app.kubernetes.io/managed-by": "fedfleet-registration"}


@dataclass(frozen=True)
class ExchangeSettings:
    """One exchange.

    Attributes:
        namespace: where everything of it is.
        federation, domain: whose exchange it is.
        sni_dir: where Traffic Server's pods mount ``traffic-server-sni``, as a directory.
        nginx: the same and more for nginx.
        traffic_server, nginx_proxy: the pods' label and container name.
        traffic_server_port: the port that tunnels by server name.
    """

    namespace: str
    federation: str
    domain: str
    sni_dir: str = "/etc/trafficserver-fedfleet/sni"
    traffic_server_port: int = 443
    traffic_server: str = "traffic-server"
    nginx_proxy: str = "nginx"
    nginx: NginxSettings = field(default_factory=NginxSettings)

    def labels(self, name: str) -> dict[str, str]:
        """The labels by which the pods of a component are found."""
        return {"app.kubernetes.io/name": name}
