"""The file of progress lines that the modules of a run write (`fedfleet.progress`)."""

from dataclasses import dataclass
from pathlib import Path

from fedfleet.progress import SEPARATOR


@dataclass(frozen=True)
class Told:
    """What a module said, and of which site; the site is empty where it did not know."""

    site: str
    message: str


class ProgressLines:
    """Reads a file of progress lines that others are writing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def fresh(self) -> list[Told]:
        """Return the whole lines that have come since the last call; none where there is no file."""
        try:
            with self._path.open("rb") as lines:
                lines.seek(self._offset)
                fresh = lines.read()
        except OSError:
            return []
        complete = fresh[: fresh.rfind(b"\n") + 1]
        self._offset += len(complete)
        return [_told(line) for line in complete.decode(errors="replace").splitlines() if line.strip()]


def _told(line: str) -> Told:
    site, separator, message = line.partition(SEPARATOR)
    return Told(site.strip(), message.strip()) if separator else Told("", line.strip())
