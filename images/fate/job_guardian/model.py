"""Jobs and tasks as FATE Flow tells them (fate_flow/db/db_models.py, 2.2.0: columns without `f_`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GOING = ("ready", "waiting", "running")
ENDED = frozenset({"success", "pass", "failed", "canceled", "timeout"})
GOOD = frozenset({"success", "pass"})
# Where FATE Flow keeps what needs no partner: uploads and downloads.
LOCAL = "local"
# What reading an answer of another form raises.
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class Part:
    """What one party does of a task.

    Attributes:
        role, party: whose part it is.
        state: where it stands; empty where the party was asked and did not answer.
        ended: when it ended by that party's clock, milliseconds since 1970; 0 where it has not.
    """

    role: str
    party: str
    state: str
    ended: int = 0

    def __str__(self) -> str:
        return f"{self.role} {self.party}"


@dataclass(frozen=True)
class Task:
    """The newest version of one component of a job.

    Attributes:
        name, task_id, version: which one.
        state: what the scheduler has settled on.
        own: this party's parts.
        others: the partners' parts, as far as they were asked.
        error: what this party's part brought home; empty where its process ended without a word.
        held: whether cores are booked for a part of this party.
        seconds, limit: how long this party's part ran, and how long it may.
        changed: when anything of it last changed here, milliseconds since 1970.
    """

    name: str
    task_id: str
    version: int
    state: str
    own: tuple[Part, ...]
    others: tuple[Part, ...] = ()
    error: str = ""
    held: bool = False
    seconds: float = 0.0
    limit: float = 0.0
    changed: int = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of them."""
        return self.own + self.others

    @property
    def failed(self) -> bool:
        """Whether it, or a part of it that is known, ended otherwise than it should."""
        return any(state in ENDED - GOOD for state in (self.state, *(part.state for part in self.parts)))


@dataclass(frozen=True)
class Job:
    """A job that this party schedules.

    Attributes:
        state: as this party has it.
        members: everyone's (role, party), this party's own included.
        own: this party's roles.
        description: what people and the guardian have noted on it.
        held: whether cores are booked for it.
        ended: when it ended, milliseconds since 1970; 0 while it has not.
        started: whether it ever ran.
        dag: its description, as FATE Flow keeps it.
        unreadable: why nothing else of it is known; empty where it is.
    """

    job_id: str
    state: str
    members: tuple[tuple[str, str], ...]
    own: tuple[tuple[str, str], ...]
    description: str = ""
    held: bool = False
    ended: int = 0
    started: bool = True
    dag: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    unreadable: str = ""


def jobs_of(rows: Iterable[Mapping[str, Any]], party: str) -> list[Job]:
    """The jobs among rows of FATE Flow's table that ``party`` schedules; rows of the same job become one, the last of a row that is there twice counts."""
    found: dict[str, dict[tuple[str, str], Mapping[str, Any]]] = {}
    for row in rows:
        if row["role"] != LOCAL and str(row.get("scheduler_party_id")) == party:
            found.setdefault(str(row["job_id"]), {})[str(row["role"]), str(row["party_id"])] = row
    return [_readable_or_not(job_id, tuple(parts.values())) for job_id, parts in found.items()]


def _readable_or_not(job_id: str, rows: Sequence[Mapping[str, Any]]) -> Job:
    """A job that cannot be read keeps no other from being read."""
    try:
        return _job(rows)
    except UNREADABLE as error:
        return Job(job_id, state="", members=(), own=(), unreadable=f"what FATE Flow has of it cannot be read: {error!r}")


def _job(rows: Sequence[Mapping[str, Any]]) -> Job:
    first = rows[0]
    states = [str(row["status"]) for row in rows]
    going = [state for state in states if state not in ENDED]
    bad = [state for state in states if state not in GOOD]
    return Job(
        job_id=str(first["job_id"]),
        state=(going or bad or states)[0],
        members=tuple((member["role"], str(party)) for member in first["parties"] for party in member["party_id"]),
        own=tuple((str(row["role"]), str(row["party_id"])) for row in rows),
        description=first.get("description") or "",
        held=any(row.get("resource_in_use") for row in rows),
        ended=0 if going else max(int(row.get("end_time") or row.get("update_time") or 0) for row in rows),
        started=any(row.get("start_time") for row in rows),
        dag=first.get("dag") or {},
    )


def tasks_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Task, ...]:
    """The newest version of each task among rows of FATE Flow's table."""
    newest: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        known = newest.setdefault(row["task_name"], [])
        if known and row["task_version"] > known[0]["task_version"]:
            known.clear()
        if not known or row["task_version"] == known[0]["task_version"]:
            known.append(row)
    return tuple(_task(parts) for parts in newest.values())


def part_of(row: Mapping[str, Any], role: str, party: str) -> Part:
    """A part, from a row of FATE Flow's table or what a partner tells of one."""
    return Part(role, party, str(row.get("party_status") or ""), int(row.get("end_time") or 0))


def _task(rows: Sequence[Mapping[str, Any]]) -> Task:
    first = rows[0]
    return Task(
        name=str(first["task_name"]),
        task_id=str(first["task_id"]),
        version=int(first["task_version"]),
        state=str(first["status"]),
        own=tuple(part_of(row, str(row["role"]), str(row["party_id"])) for row in rows),
        error="\n".join(filter(None, ((row.get("error_report") or "").strip() for row in rows))),
        held=any(row.get("resource_in_use") for row in rows),
        seconds=max((row.get("elapsed") or 0) / 1000 for row in rows),
        limit=max(float(row.get("timeout") or 0) for row in rows),
        changed=max(int(row.get("update_time") or 0) for row in rows),
    )
