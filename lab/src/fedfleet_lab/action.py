"""The lab is an ordered list of small actions over one context."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet_lab.context import Context


@dataclass(frozen=True)
class ActionStatus:
    """How the part of the lab that an action owns is doing.

    Attributes:
        name: the action's.
        ok: whether it is as `up` leaves it.
        detail: one line for people.
        facts: the same for programs; goes into `status --json` as it is.
    """

    name: str
    ok: bool
    detail: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Action(Protocol):
    """One part of the lab."""

    @property
    def name(self) -> str:
        """A word: `network`."""
        ...

    @property
    def title(self) -> str:
        """What `up` is doing while it runs, for people: `wire the nodes`."""
        ...

    def up(self, ctx: Context) -> None:
        """Makes the part as it should be, whatever state it finds; quick where nothing is to be done.

        Raises:
            LabError: it cannot be made so; the message says what to do.
        """
        ...

    def down(self, ctx: Context) -> None:
        """Removes every trace of the part outside of the lab's folder, also after a crash or where `up` never ran.

        Actions go down in the reverse order. `ctx.keep` says that disks are to be kept.
        """
        ...

    def status(self, ctx: Context) -> ActionStatus | None:
        """Says how the part is; None where there is nothing to say. Changes nothing and never raises for a part that is down."""
        ...
