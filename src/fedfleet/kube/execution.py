"""Running a command in a container."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from fedfleet.kube.answers import Action
from fedfleet.kube.errors import ExecError, TimedOutError
from fedfleet.kube.refs import ExecResult
from fedfleet.kube.streams import V4, V5, ChannelStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.kube.connection import Connection
    from fedfleet.kube.discovery import Discovery

_STDIN, _STDOUT, _STDERR, _STATUS = 0, 1, 2, 3


def run(
    connection: Connection,
    discovery: Discovery,
    pod: str,
    namespace: str,
    command: Sequence[str],
    *,
    container: str | None,
    stdin: bytes | None,
    timeout: float,
) -> ExecResult:
    """Run ``command`` and return its code and both of its streams.

    Raises:
        TimedOutError: it has not ended after ``timeout`` seconds; it may still be running.
        ExecError: it could not be started, or the conversation broke off before it ended.
    """
    query = [("command", part) for part in command]
    query += [("stdout", "true"), ("stderr", "true")]
    query += [("stdin", "true")] if stdin is not None else []
    query += [("container", container)] if container else []
    where = f"pod {namespace}/{pod}" + (f", container {container}" if container else "")
    stream = ChannelStream.open(
        connection,
        discovery.resource("Pod.", "v1").path(namespace, pod, "exec"),
        query=query,
        protocols=(V5, V4),
        action=Action("create", "pods/exec", namespace, pod, f"run {command[0]} in pod {namespace}/{pod}"),
        timeout=timeout,
    )
    deadline = time.monotonic() + timeout
    output = {_STDOUT: bytearray(), _STDERR: bytearray(), _STATUS: bytearray()}
    try:
        if stdin is not None:
            stream.queue(_STDIN, stdin)
            if not stream.queue_end(_STDIN):
                raise ExecError(
                    "This cluster cannot tell a command that its input has ended",
                    expected=f"the stream protocol {V5} (Kubernetes 1.30 or later)",
                    found=stream.protocol,
                    where=where,
                    next_step="Upgrade the cluster",
                )
        while True:
            for channel, content in stream.exchange():
                if channel in output:
                    output[channel] += content
            if stream.closed or output[_STATUS]:
                break
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimedOutError(
                    f"{command[0]} has not ended after {timeout:.0f} s",
                    found=_tail(bytes(output[_STDERR] or output[_STDOUT])),
                    where=where,
                    next_step="Look into the container; the command may still be running there",
                )
            stream.wait(remaining)
    finally:
        stream.close()
    code = _returncode(bytes(output[_STATUS]), command[0], where)
    return ExecResult(code, bytes(output[_STDOUT]), bytes(output[_STDERR]))


def _returncode(status: bytes, program: str, where: str) -> int:
    """The code that the status channel tells: a metav1.Status with an ExitCode cause."""
    if not status:
        raise ExecError(
            f"The conversation with {program} broke off before it ended",
            where=where,
            next_step="Check that the pod and its node are up, then run again",
        )
    told = json.loads(status)
    if told.get("status") == "Success":
        return 0
    for cause in (told.get("details") or {}).get("causes") or []:
        if cause.get("reason") == "ExitCode":
            return int(cause["message"])
    raise ExecError(
        f"{program} could not be run",
        found=str(told.get("message") or told.get("reason")),
        where=where,
        next_step="Check that the container runs and has that program",
    )


def _tail(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return f"its last line was: {lines[-1]}" if lines else "no output"
