"""The provisioner's process: `python -m fedfleet_lab.datastore --kubeconfig FILE --mounts FOLDER`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from fedfleet_lab.datastore.controller import Controller
from fedfleet_lab.datastore.layout import Datastore


def main() -> None:
    """Serves claims and snapshots until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m fedfleet_lab.datastore", description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True, help="the provisioner's own credentials")
    parser.add_argument("--mounts", type=Path, required=True, help="where the pools are mounted")
    parser.add_argument("--disks", type=Path, required=True, help="where the disks' files are")
    parser.add_argument("--label", required=True, help="the beginning of the file systems' labels")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # One line a request would drown the rest.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    datastore = Datastore(mounts=wanted.mounts, disks=wanted.disks, label=wanted.label)
    Controller(wanted.kubeconfig, datastore).run()


if __name__ == "__main__":
    main()
