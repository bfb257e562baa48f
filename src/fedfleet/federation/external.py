"""What a party uses that its site has already, as variables of role fate describe it. Pure."""

from __future__ import annotations

from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from fedfleet.federation.addresses import split

Part: TypeAlias = Literal["database", "spark", "hdfs", "pulsar"]


class _External(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ExternalDatabase(_External):
    """A MySQL or MariaDB; the password is the value of ``key`` in Secret ``secret`` of the party's namespace."""

    host: str
    port: int
    name: str
    user: str
    secret: str
    key: str


class ExternalSpark(_External):
    """A Spark standalone master, ``spark://host:port``; of one that has others beside it, ``spark://host:port,host:port``."""

    master: str

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Hosts and ports of the masters, of which one leads."""
        return tuple(split(each, 7077) for each in self.master.removeprefix("spark://").split(","))


class ExternalHdfs(_External):
    """An HDFS by its namenode, ``hdfs://host:port``."""

    name_node: str

    @property
    def address(self) -> tuple[str, int]:
        """The namenode's host and RPC port."""
        return split(urlsplit(self.name_node).netloc, 8020)


class ExternalPulsar(_External):
    """A broker: where it and its admin API are, and what it calls itself."""

    host: str
    port: int = 6650
    admin_port: int = 8080
    cluster: str = "standalone"


class External(_External):
    """The parts that the site has already; None for those that the party runs in its namespace."""

    database: ExternalDatabase | None = None
    spark: ExternalSpark | None = None
    hdfs: ExternalHdfs | None = None
    pulsar: ExternalPulsar | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """Which they are."""
        named: tuple[tuple[Part, object], ...] = (
            ("database", self.database),
            ("spark", self.spark),
            ("hdfs", self.hdfs),
            ("pulsar", self.pulsar),
        )
        return tuple(part for part, there in named if there is not None)
