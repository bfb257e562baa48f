"""A database that takes no leave: FATE Flow finds that it is gone, and goes on with the next."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fedfleet.engine.fate import FlowClient, FlowError
from support.interrupted_jobs import GUEST, Interruptible

NAMESPACE = f"fate-{GUEST}"
# What the kernel is told to wait, images/fate/patch_fate.py, and the database's own start.
SECONDS = 60
pytestmark = pytest.mark.nightly


def read(flow: FlowClient) -> bool:
    try:
        flow.recent(1)
    except FlowError:
        return False
    return True


def test_everything_that_needs_the_database_goes_on_after_one_that_fell_silent(jobs: Interruptible) -> None:
    """As when its node lost its power: no packet of it comes any more, not even that it ended."""
    flow_pod, database = jobs.client.get("Pod", "python-0", NAMESPACE), jobs.client.get("Pod", "mysql-0", NAMESPACE)
    assert flow_pod
    assert database
    node, address = flow_pod["spec"]["nodeName"], database["status"]["podIP"]
    with jobs.flow() as flow, ThreadPoolExecutor(8) as pool:
        # So that several connections wait to be used again: each is tried, one after the other, while all else waits.
        assert all(pool.map(lambda _: read(flow), range(32)))
        jobs.lab.fedfleet("lab", "exec", node, "--", "ip", "route", "replace", "blackhole", f"{address}/32").expect()
        try:
            jobs.kill_pod("mysql-0")
            began = time.monotonic()
            while not read(flow):
                assert time.monotonic() - began < SECONDS, f"FATE Flow does not read its database {SECONDS} s after it fell silent"
                time.sleep(1)
        finally:
            jobs.lab.fedfleet("lab", "exec", node, "--", "ip", "route", "flush", "type", "blackhole", "exact", f"{address}/32").expect()
