"""What a site asks of its cluster and its surroundings, as the roles put it together. What is None or empty is not looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.federation.external import External


@dataclass(frozen=True)
class Versions:
    """Kubernetes' minor versions: older than ``oldest`` is refused, newer than ``newest`` is not known to work. Such as ``1.30``."""

    oldest: str
    newest: str


@dataclass(frozen=True)
class Sizing:
    """Least a cluster must be able to give away in total, in nodes, CPU cores and GiB of memory."""

    nodes: int
    cores: float
    memory_gib: float


@dataclass(frozen=True)
class Workers:
    """Spark workers: so many nodes must each be able to hold one of that size."""

    nodes: int
    cores: float
    memory_gib: float


@dataclass(frozen=True)
class Reference:
    """The reference sizing: CPU cores and GiB of memory a pod and a Spark worker may use, GiB of a volume, and of those that hold a dataset.

    Attributes:
        binding: whether a site that undercuts it is warned; else it is only said that it does.
        dataset_gib: size of the dataset; 0 where it is not known.
        vm_class: what the nodes' instance type begins with; empty for any.
    """

    pod_cores: float
    pod_memory_gib: float
    worker_cores: float
    worker_memory_gib: float
    volume_gib: float
    binding: bool = False
    dataset_gib: float = 0.0
    dataset_factor: float = 2.0
    vm_class: str = ""


@dataclass(frozen=True)
class Parts:
    """What the site will run: limits by pod (``cpu`` and ``memory``) and size by volume, all as Kubernetes' quantities; names of Spark's workers."""

    pods: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)
    workers: frozenset[str] = frozenset()
    dataset_volumes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StorageNeed:
    """StorageClass names by intent (empty: the default class), those made later, and whether volumes must be able to grow."""

    intents: Mapping[str, str]
    created_later: frozenset[str] = frozenset()
    expansion: bool = True


@dataclass(frozen=True)
class Rule:
    """What may be done to which resources: a line of a Role. ``namespace`` empty: in the whole cluster."""

    why: str
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    namespace: str = ""


@dataclass(frozen=True)
class Door:
    """A way in from outside.

    Attributes:
        name: the Service.
        kind: ``LoadBalancer``, ``NodePort``, ``HostAddresses`` or ``ClusterIP``.
        node_port: of a NodePort.
        addresses: where outsiders find it, as the inventory says.
        variable: the variable that says so, for messages.
    """

    name: str
    kind: str
    node_port: int = 0
    addresses: tuple[str, ...] = ()
    variable: str = ""


@dataclass(frozen=True)
class Assertion:
    """Something the inventory's variables must fulfil among themselves, and what to say where they don't."""

    about: str
    holds: bool
    says: str


@dataclass(frozen=True)
class NameServer:
    """The cluster's name server: its Service, and a name it must know."""

    namespace: str
    service: str
    name: str


@dataclass(frozen=True)
class Needs:
    """Everything a site asks for.

    Attributes:
        profile: the site's size, for messages.
        cluster_admin: whether objects outside the namespace may be looked at.
        namespace_required: whether the namespace must be there already, because the platform team makes it.
        namespace_labels: labels that a namespace of this very site has.
        ingress_class: the IngressClass that the site's Ingresses name; empty for none.
        ingress_there: whether somebody else's controller has to serve them.
        openshift: whether the inventory takes the cluster for OpenShift; None where nobody asks.
        names: host names that must resolve here; those of ``hoped_names`` should.
        clock_seconds: how far clocks may differ before it is warned, and before it is an error.
        images: what the site's pods are made of.
        registry_here: whether the registry may be asked from here.
        exchange_admission: the file with the party's admission, if there is one.
        asks_exchange: whether a party's exchange is looked for from here.
        external: what the party uses that the site has already.
        services_here: whether those are asked from here.
    """

    site: str = ""
    profile: str = ""
    namespace: str = ""
    namespace_required: bool = False
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    cluster_admin: bool = True
    openshift: bool | None = None
    versions: Versions | None = None
    sizing: Sizing | None = None
    workers: Workers | None = None
    reference: Reference | None = None
    parts: Parts = field(default_factory=Parts)
    storage: StorageNeed | None = None
    ingress_class: str = ""
    ingress_there: bool = False
    rules: tuple[Rule, ...] = ()
    doors: tuple[Door, ...] = ()
    name_server: NameServer | None = None
    names: tuple[str, ...] = ()
    hoped_names: tuple[str, ...] = ()
    clock_seconds: tuple[float, float] | None = None
    images: tuple[str, ...] = ()
    registry_here: bool = True
    exchange_admission: str = ""
    asks_exchange: bool = False
    external: External | None = None
    services_here: bool = True
    assertions: tuple[Assertion, ...] = ()
