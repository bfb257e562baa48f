"""Who takes a site's lock, as others are told."""

from __future__ import annotations

import getpass
import os
import platform
from datetime import UTC, datetime

from fedfleet.locks.lease import Holder
from fedfleet.locks.process import Process
from fedfleet.progress import RUN


def holder_of(doing: str, pid: int) -> Holder:
    """The run of the process ``pid``, which does what ``doing`` says: a playbook's name, or a drill's."""
    process = Process.of(pid)
    try:
        user = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        # A container's user need not have a name.
        user = f"user {os.getuid()}"
    # Plain ansible-playbook without our callback has no id; its process is one.
    run = os.environ.get(RUN) or f"{platform.node()}-{pid}-{process.began}"
    return Holder(run, doing, user, platform.node(), str(process), datetime.now(UTC))
