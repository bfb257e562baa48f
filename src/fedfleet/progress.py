"""What is being waited for, told to whoever watches the run.

Whoever starts a run names a file in the environment; modules, which may run in processes of their own, add
one line to it for each step. Where the environment also names the site, the line begins with it and a tab. Nothing is
written when nobody asked.
"""

from __future__ import annotations

import os

ENVIRONMENT = "FEDFLEET_PROGRESS"
SITE = "FEDFLEET_SITE"
# The run that a process belongs to.
RUN = "FEDFLEET_RUN"
SEPARATOR = "\t"

# Several sites write at once. One append lands whole on a local file; a line is kept to a page so that it is one write.
_LONGEST_LINE = 4096


def report(message: str) -> None:
    """Add ``message`` as one line to the file that the environment names; without one, do nothing.

    A run never fails because nobody can be told how it goes: a file that cannot be written is passed over.
    """
    path = os.environ.get(ENVIRONMENT)
    if not path:
        return
    site, said = os.environ.get(SITE, ""), " ".join(message.split())
    line = (f"{site}{SEPARATOR}{said}" if site else said).encode()[: _LONGEST_LINE - 1] + b"\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        return
    try:
        os.write(descriptor, line)
    except OSError:
        return
    finally:
        os.close(descriptor)
