"""`python -m job_guardian`: looks at the party's jobs until it is told to leave. Set by the environment, which role fate writes."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from job_guardian.flow import Flow
from job_guardian.guard import Guardian

# Touched at every look; the pod's probes hold its age against a limit.
_LOOKED = Path("/tmp/looked")  # noqa: S108 - the pod's own emptyDir


def leave(_signal: int, _frame: FrameType | None) -> None:
    """End: nothing is held that would have to be given back."""
    sys.exit(0)


def say(kind: str, well: bool, text: str) -> None:
    """Write a line of the log."""
    moment = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    print(f"{moment} {'' if well else 'WARNING '}{kind}: {text}", flush=True)


def main() -> None:
    """Look again and again."""
    signal.signal(signal.SIGTERM, leave)
    setting = os.environ
    flow = Flow(setting["PARTY_ID"], setting["FLOW_URL"], setting["NGINX_URL"], json.loads(setting["HEALTH_URLS"]))
    guardian = Guardian(flow, int(setting["RERUNS"]), say)
    say("Started", True, f"watching the jobs that party {flow.party} schedules, at most {guardian.reruns} reruns each")
    while True:
        _LOOKED.touch()
        guardian.look()
        time.sleep(float(setting["INTERVAL"]))


if __name__ == "__main__":
    main()
