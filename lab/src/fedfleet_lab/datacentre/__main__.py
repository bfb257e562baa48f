"""The controller's process: `python -m fedfleet_lab.datacentre --lab NAME`."""

from __future__ import annotations

import argparse
import logging

from fedfleet_lab import lab
from fedfleet_lab.context import Context
from fedfleet_lab.datacentre.controller import Controller
from fedfleet_lab.datacentre.hypervisor import Delays
from fedfleet_lab.paths import LabPaths, cache_home
from fedfleet_lab.progress import Progress


def main() -> None:
    """Works until it is told to end."""
    usual = Delays()
    parser = argparse.ArgumentParser(prog="python -m fedfleet_lab.datacentre", description=__doc__)
    parser.add_argument("--lab", required=True, help="the data centre")
    parser.add_argument("--restart", type=float, default=usual.restart, help="seconds until a VM that died is restarted")
    parser.add_argument("--healing", type=float, default=usual.healing, help="seconds until a VM that was switched off is on again")
    parser.add_argument("--failover", type=float, default=usual.failover, help="seconds until VMs of a host that failed are restarted")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # One line a request would drown the rest.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    paths = LabPaths(cache_home(), wanted.lab)
    ctx = Context(lab.recall(paths, None, None), paths, Progress(quiet=True))
    Controller(ctx, Delays(wanted.restart, wanted.healing, wanted.failover)).run()


if __name__ == "__main__":
    main()
