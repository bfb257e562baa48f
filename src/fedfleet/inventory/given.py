"""What an inventory says, as it comes from Ansible."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXCHANGES, PARTIES = "exchanges", "parties"


@dataclass(frozen=True)
class SiteGiven:
    """What an inventory says of one site.

    Attributes:
        name: the host.
        groups: the groups it is in.
        names: every variable it has.
        values: the values of those that anything of ours reads.
        faults: why a value of those cannot be computed, by variable.
        plan: the values of ``plan_variables``, defaults included.
        plan_faults: why one of those cannot be computed.
    """

    name: str
    groups: tuple[str, ...]
    names: frozenset[str] = frozenset()
    values: Mapping[str, object] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    plan: Mapping[str, object] = field(default_factory=dict)
    plan_faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Literal["exchange", "party"]:
        """What the site is, by its group, as role cluster sees it."""
        return "exchange" if EXCHANGES in self.groups else "party"


@dataclass(frozen=True)
class Given:
    """What an inventory says.

    Attributes:
        sites: the hosts of the groups exchanges and parties.
        groups: all its groups, with their hosts.
        extra: variables from the command line.
        others: variables of which it says that they are none of ours.
    """

    sites: Sequence[SiteGiven]
    groups: Mapping[str, Sequence[str]]
    extra: frozenset[str] = frozenset()
    others: Sequence[str] = ()
