"""Runs FATE Flow's own server and ends it in order when Kubernetes says so.

The server has no handler of its own for SIGTERM: requests in flight would break off, and a Spark driver killed
together with its pod leaves its application on the master until the master gives it up.
"""

from __future__ import annotations

import logging
import os
import runpy
import signal
import sys
import threading
import time
from importlib.util import find_spec
from types import FrameType

import psutil

# Seconds. Together less than the 30 that Kubernetes waits before it kills.
REQUESTS_MAY_TAKE = 5.0
TASKS_MAY_TAKE = 15.0


def leave(_signal: int, _frame: FrameType | None) -> None:
    """Unwind the main thread: werkzeug closes its socket on the way out, so that no new request comes in."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


def finish_requests(seconds: float) -> None:
    """Wait for the threads that answer requests, which werkzeug names after the method they run."""
    deadline = time.monotonic() + seconds
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(max(0.0, deadline - time.monotonic()))


def stop_tasks(seconds: float) -> None:
    """End the running tasks' processes; Spark drivers take their leave of the master on SIGTERM."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        try:
            child.terminate()
        except psutil.NoSuchProcess:
            continue
    for survivor in psutil.wait_procs(children, timeout=seconds)[1]:
        survivor.kill()


def main() -> None:
    """Run the server until it is told to leave; its failures end the process with their own status."""
    server = find_spec("fate_flow.fate_flow_server")
    if server is None or server.origin is None:
        sys.exit("flow_server: expected FATE Flow in this Python environment, found none. Is this the fate image?")
    signal.signal(signal.SIGTERM, leave)
    # As `python fate_flow_server.py` would have it: the module parses the command line.
    sys.argv = [server.origin]
    try:
        runpy.run_path(server.origin, run_name="__main__")
    except SystemExit as ended:
        if ended.code:
            raise
        # The handler for ended children reaps them before psutil can: from here on psutil does.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        finish_requests(REQUESTS_MAY_TAKE)
        stop_tasks(TASKS_MAY_TAKE)
        logging.shutdown()
        # Schedulers and gRPC run in threads that never end by themselves.
        os._exit(0)


if __name__ == "__main__":
    main()
