"""The one shape every error of FedFleet has: a sentence a tired engineer can act on."""

from __future__ import annotations


class FedFleetError(Exception):
    """Something is not as it must be, said so that it can be put right.

    Attributes:
        summary: what went wrong, in one sentence without a full stop.
        expected: what had to be there.
        found: what was there instead.
        where: the file, object, replica or address it is about.
        next_step: what to do about it.
    """

    def __init__(
        self,
        summary: str,
        *,
        expected: str = "",
        found: str = "",
        where: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.expected = expected
        self.found = found
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        """Everything known, as sentences."""
        parts = [
            self.summary,
            f"Expected: {self.expected}" if self.expected else "",
            f"Found: {self.found}" if self.found else "",
            f"Where: {self.where}" if self.where else "",
            f"Next: {self.next_step}" if self.next_step else "",
        ]
        return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)

    @property
    def short(self) -> str:
        """What went wrong and what was found, for a line among others."""
        return f"{self.summary}: {self.found}" if self.found else self.summary

    def facts(self) -> dict[str, str]:
        """The same as a flat mapping, without empty fields; what a module hands to ``fail_json``."""
        known = {
            "summary": self.summary,
            "expected": self.expected,
            "found": self.found,
            "where": self.where,
            "next_step": self.next_step,
        }
        return {name: text for name, text in known.items() if text}
