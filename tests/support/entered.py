"""A cluster with one service that is asked through a tunnel."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from support.objects import Objects


@dataclass(frozen=True)
class Door:
    """This side of the tunnel; nobody listens there."""

    host: str = "127.0.0.1"
    port: int = 1


class Entered(Objects):
    """Objects, and a tunnel to the one service that may be asked for.

    Attributes:
        door: the service's namespace, the tunnel's target and its port.
    """

    door: ClassVar[tuple[str, str, int]]

    @contextmanager
    def tunnel(self, namespace: str, target: str, port: int) -> Iterator[Door]:
        """Open the tunnel."""
        assert (namespace, target, port) == self.door
        yield Door()
