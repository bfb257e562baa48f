#!/opt/fate/venv/bin/python -IS
"""The probe of a Spark worker: ends 0 where its master has it among its workers.

A master that is lost with its machine closes no connection. Its worker goes on sending into that one for a quarter of an hour, as it registers anew
only once it breaks (Spark 3.5, Worker.scala), and the next master has no worker to hand out meanwhile. With `--or-busy` it also ends 0 where
something runs on the worker, or the master does not answer: then a restart would help nobody.
"""

import json
import os
import sys
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

SECONDS = 4.0
WORKER_PORT, MASTER_PORT = 8081, 8080


def told(host: str, port: int) -> dict[str, Any]:
    """What a Spark daemon says of itself on its web page for programs.

    Raises:
        OSError, HTTPException, ValueError: it does not answer, or with something else.
    """
    connection = HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("GET", "/json/")
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer


def known(master: dict[str, Any], worker: dict[str, Any]) -> bool:
    """Whether a master has a worker among those that it hands out."""
    return any(each["id"] == worker["id"] and each["state"] == "ALIVE" for each in master["workers"])


def main(arguments: list[str]) -> int:
    """Ask both; returns the exit code."""
    or_busy = "--or-busy" in arguments
    try:
        worker = told(os.environ["POD_IP"], WORKER_PORT)
    except (OSError, HTTPException, ValueError) as error:
        print(f"the worker does not answer: {error}")
        return 1
    if or_busy and worker["executors"]:
        return 0
    try:
        master = told(urlsplit(os.environ["SPARK_MASTER"]).hostname or "", MASTER_PORT)
    except (OSError, HTTPException, ValueError) as error:
        print(f"the master does not answer: {error}")
        return 0 if or_busy else 1
    if known(master, worker):
        return 0
    print(f"the master does not know {worker['id']}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
