"""Becomes the command it is given, after it has said which process that is and tied its end to its parent's.

ansible-runner keeps the process it starts to itself; whoever wants to end a run in order has to know it. And a run whose watcher was killed
must not go on unseen: the kernel then tells it to end, as Ctrl-C does.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

# linux/prctl.h
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Write the process id into the file that the first argument names, and run the rest in place of this process."""
    place, *command = arguments
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
    draft = Path(f"{place}.new")
    draft.write_text(str(os.getpid()), encoding="utf-8")
    draft.replace(place)
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
