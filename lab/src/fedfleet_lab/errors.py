"""What can go wrong in the lab, as sentences."""

from __future__ import annotations

from fedfleet.errors import FedFleetError


class LabError(FedFleetError):
    """The lab is not as it should be, or cannot be made so on this machine."""


class CommandError(LabError):
    """A program that the lab runs ended with an error, or took too long.

    Attributes:
        returncode: what the program ended with; None where it did not end in time.
    """

    def __init__(self, argv: tuple[str, ...], returncode: int | None, said: str, *, next_step: str = "") -> None:
        ending = "did not end in time" if returncode is None else f"ended with {returncode}"
        super().__init__(f"`{' '.join(argv)}` {ending}", found=said or "it said nothing", next_step=next_step)
        self.returncode = returncode
