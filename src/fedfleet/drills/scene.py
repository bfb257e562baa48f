"""Where a drill takes place: the sites of an inventory, each with a session, and what one step leaves for a later one."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fedfleet.errors import FedFleetError
from fedfleet.exchange.settings import ExchangeSettings
from fedfleet.validation.party import Party

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from fedfleet.kube import Client
    from fedfleet.sites import InventorySite, VcenterLogin


class OverError(FedFleetError):
    """The drill is over: what still works for it is to stop."""


@dataclass(frozen=True)
class Found:
    """What a probe says: whether it holds, and what was seen."""

    holds: bool
    detail: str


@dataclass
class Scene:
    """The site a drill is done to, and the others of its inventory. A context manager; sessions are opened when they are first needed.

    Attributes:
        site: the site the drill is done to.
        others: the other sites of the inventory.
        tell: is told how it goes.
        kept: what a step leaves for a later one, such as a job's id.
        write_down: puts on the disk what rollbacks must know of it, for whoever carries them out.
        over: set when the drill is over, so that steps that wait do not wait on.
        vcenter: how the site's machines are reached; None for drills that touch none.
        no_training: why a short job takes the training's place; empty where nothing keeps it from being the training.
        idle: set while no action is at work; one may be when nobody waits for it any more.
    """

    site: InventorySite
    others: Sequence[InventorySite] = ()
    tell: Callable[[str], None] = lambda _line: None
    kept: dict[str, Any] = field(default_factory=dict)
    write_down: Callable[[Mapping[str, object]], None] = lambda _known: None
    over: threading.Event = field(default_factory=threading.Event)
    vcenter: VcenterLogin | None = None
    no_training: str = ""
    idle: threading.Event = field(default_factory=threading.Event)
    _clients: dict[str, Client] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.idle.set()

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def client(self, site: InventorySite | None = None) -> Client:
        """The session with a site's cluster; with the drill's own where none is named.

        Raises:
            fedfleet.kube.KubeError: no conversation with the API.
        """
        wanted = site or self.site
        with self._lock:
            if wanted.name not in self._clients:
                self._clients[wanted.name] = self._stack.enter_context(wanted.connect())
            return self._clients[wanted.name]

    def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            OverError: the drill ended meanwhile.
        """
        if self.over.wait(seconds):
            raise OverError("The drill is over")

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Be known as at work to whoever ends the drill.

        Raises:
            OverError: it has ended; nothing must be done any more.
        """
        self.idle.clear()
        try:
            self.pause(0)
            yield
        finally:
            self.idle.set()

    def remember(self, **known: object) -> None:
        """Leave something for later steps, and for rollbacks as well, also where the runner is gone by then.

        Raises:
            fedfleet.drills.undo.UndoFileError: it cannot be written down.
        """
        self.kept |= known
        self.write_down(known)

    def name_for_commands(self, **found: str) -> None:
        """Have the commands of later steps and of rollbacks find something in their environment, such as DRILL_NODE."""
        self.remember(found={**self.kept.get("found", {}), **found})

    @property
    def environment(self) -> dict[str, str]:
        """What the commands of a drill's file find in their environment beside our own: where they are, and what steps before them have found."""
        known = {"DRILL_SITE": self.site.name, "DRILL_NAMESPACE": self.site.namespace}
        known |= {"KUBECONFIG": self.site.kubeconfig} if self.site.kubeconfig else {}
        found: dict[str, str] = self.kept.get("found", {})
        return known | found

    @property
    def party(self) -> Party:
        """The site as a party."""
        return self.party_of(self.site)

    def party_of(self, site: InventorySite) -> Party:
        """Any party's site as a party."""
        return Party(site.party_id or "", self.client(site), site.namespace)

    @property
    def jobs_from(self) -> InventorySite | None:
        """The party whose job runs during the drill: the site itself; of an exchange the inventory's first, where it has one."""
        return self.site if self.site.party_id else next((site for site in self.others if site.party_id), None)

    @property
    def exchange(self) -> ExchangeSettings:
        """The site as an exchange."""
        return ExchangeSettings(self.site.namespace, self.site.federation, self.site.domain)

    def known_party(self, party_id: str) -> InventorySite | None:
        """The site of that party, where the inventory has it."""
        return next((site for site in (self.site, *self.others) if site.party_id == party_id), None)
