"""What led to an error, and what was at the bottom of it."""

from __future__ import annotations


def chain(error: BaseException | None) -> list[BaseException]:
    """The error and what led to it, outermost first; also through errors that carry their cause as an argument, as urllib3's do."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        inner = next((part for part in error.args if isinstance(part, BaseException)), None)
        error = error.__cause__ or inner or error.__context__
    return found


def root(causes: list[BaseException]) -> str:
    """What the last of a chain says: the system's own words where it is the system's error."""
    last = causes[-1]
    if isinstance(last, OSError) and last.strerror:
        return last.strerror
    return str(last) or type(last).__name__
