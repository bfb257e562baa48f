"""Which process on which machine, so that a later one can tell whether it still lives."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_FIELDS: Final = 4
# Fields of /proc/PID/stat after the command's name in brackets (proc_pid_stat(5)): the third is the first of them, the start time the 22nd.
_STATE: Final = 0
_PARENT: Final = 1
_START_TIME: Final = 19


@dataclass(frozen=True)
class Process:
    """A process. Its number says nothing without the machine's boot, the space of process ids it is from, and when it began.

    Attributes:
        boot: the id of the kernel's boot.
        space: the namespace of process ids; containers on one machine have their own.
        pid: its number there.
        began: when it began, in clock ticks since the boot.
    """

    boot: str
    space: str
    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> Process:
        """The process of that number here.

        Raises:
            ProcessLookupError: there is none.
        """
        began = _began(pid)
        if began is None:
            raise ProcessLookupError(pid)
        return cls(_boot(), _space(), pid, began)

    @classmethod
    def read(cls, text: str) -> Process | None:
        """The process that ``str`` wrote; None where the text is something else."""
        parts = text.split("/")
        if len(parts) != _FIELDS or not parts[2].isdigit():
            return None
        return cls(parts[0], parts[1], int(parts[2]), parts[3])

    def __str__(self) -> str:
        """On one line, for ``read``."""
        return f"{self.boot}/{self.space}/{self.pid}/{self.began}"

    @property
    def is_here(self) -> bool:
        """Whether it is, or was, a process that this one could see."""
        return self.boot == _boot() and self.space == _space()

    @property
    def is_gone(self) -> bool:
        """Whether it is certain that it does not live any more; never so of a process elsewhere."""
        return self.is_here and _began(self.pid) != self.began

    @property
    def is_ancestor(self) -> bool:
        """Whether this process was started by it, or by one that it started."""
        if not self.is_here or self.is_gone:
            return False
        pid = os.getpid()
        while pid > 1:
            fields = _fields(pid)
            if fields is None:
                return False
            pid = int(fields[_PARENT])
            if pid == self.pid:
                return True
        return False


def _boot() -> str:
    return _BOOT.read_text(encoding="ascii").strip()


def _space() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


def _began(pid: int) -> str | None:
    """When it began; None where there is no such process, or only its remains."""
    fields = _fields(pid)
    return None if fields is None or fields[_STATE] in ("Z", "X") else fields[_START_TIME]


def _fields(pid: int) -> list[str] | None:
    """What the kernel says of a process, from its state on; None where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
