"""Moments, times and numbers as people read them. Moments are UTC and say so."""

from datetime import UTC, datetime

_SECONDS = {"day": 86400, "hour": 3600, "minute": 60}


def moment(value: datetime | None) -> str:
    """A moment to the second, such as ``2026-11-26 06:30:00 UTC``."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if value else "not said when"


def machine_moment(value: datetime) -> str:
    """The same for the ``datetime`` of HTML's ``time``."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def age(value: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that leaves at least two of it: ``19 hours``, ``90 minutes``, ``3 days``."""
    if value is None:
        return "of unknown age"
    seconds = int((now - value).total_seconds())
    if seconds < 0:
        return "in the future"
    for unit, length in _SECONDS.items():
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}s ago"
    return "just now" if seconds < 2 else f"{seconds} seconds ago"


def duration(seconds: float | None) -> str:
    """Seconds, with minutes from two minutes on: ``0.04 s``, ``52.9 s``, ``4 min 28 s``."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def number(value: float) -> str:
    """A number with as many decimals as it is worth: ``6``, ``0.47``, ``66.2``."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}".rstrip("0").rstrip(".")


def count(amount: int, one: str, many: str = "") -> str:
    """A number of things: ``1 proof``, ``2 proofs``."""
    return f"{amount} {one if amount == 1 else many or one + 's'}"
