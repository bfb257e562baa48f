"""Checks of the site's jobs and proofs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fedfleet.checks.look import seen
from fedfleet.checks.model import PARTY, Check, Level, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedfleet.checks.look import Look


PROOF_AGE = timedelta(days=30)
JOB_AGE = timedelta(hours=24)
WAITING_JOBS = 10
_JOB_ID_TIME = "%Y%m%d%H%M%S"


def last_job(look: Look) -> Iterable[Outcome]:
    """How the newest job that ended did end."""
    ended = [job for job in seen(look.flow).recent if job.status.ended]
    for job in ended[:1]:
        yield Outcome(Level.OK if job.status.ok else Level.WARNING, f"job {job.job_id} as {job.role}", str(job.status), "success")


def long_jobs(look: Look) -> Iterable[Outcome]:
    """Jobs that run for longer than they should."""
    running = [job for job in seen(look.flow).recent if not job.status.ended]
    for job in running:
        started = _started(job.job_id)
        if started is not None and look.now - started > JOB_AGE:
            hours = (look.now - started) / timedelta(hours=1)
            yield Outcome(
                Level.WARNING,
                f"job {job.job_id} as {job.role}",
                f"{job.status} for {hours:.0f} h",
                f"at most {JOB_AGE / timedelta(hours=1):g} h",
            )


def _started(job_id: str) -> datetime | None:
    """FATE makes job ids from the moment of submission (fate_flow/utils/job_utils.py, 2.2.0)."""
    try:
        return datetime.strptime(job_id[:14], _JOB_ID_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def waiting_jobs(look: Look) -> Iterable[Outcome]:
    """Jobs that wait for cores."""
    waiting = sum(job.status in ("ready", "waiting") for job in seen(look.flow).recent)
    yield Outcome(Level.WARNING if waiting > WAITING_JOBS else Level.OK, "waiting jobs", str(waiting), f"at most {WAITING_JOBS}")


def guarded_jobs(look: Look) -> Iterable[Outcome]:
    """Failed jobs of the last day that the guardian waits to rerun, or has given up."""
    for job in seen(look.flow).recent:
        started = _started(job.job_id)
        if job.guardian and job.status.ended and not job.status.ok and started and look.now - started <= JOB_AGE:
            yield Outcome(Level.WARNING, f"job {job.job_id} as {job.role}", job.guardian.text, "nothing that keeps it from finishing")


def proofs_hold(look: Look) -> Iterable[Outcome]:
    """What was proven last held."""
    proofs = seen(look.kept).proofs
    if not any(proof.rung == 4 for proof in proofs):
        yield Outcome(Level.WARNING, f"party {look.place.party_id}", "nothing proven yet", "a toy on this party alone")
    for proof in proofs:
        found = "held" if proof.ok else proof.detail
        yield Outcome(Level.OK if proof.ok else Level.FAILURE, f"{proof.name}, {proof.subject}", found, "success")


def proofs_current(look: Look) -> Iterable[Outcome]:
    """Proofs are about what runs now."""
    kept = seen(look.kept)
    for proof in kept.proofs:
        if proof.rung == 4:
            same = proof.inputs == kept.inputs
            text = "about what runs now" if same else "about other images, settings or certificates"
            yield Outcome(Level.OK if same else Level.WARNING, f"{proof.name}, {proof.subject}", text, "what runs now")


def proofs_young(look: Look) -> Iterable[Outcome]:
    """Proofs are not too old."""
    for proof in seen(look.kept).proofs:
        days = (look.now - proof.proven_at) // timedelta(days=1)
        level = Level.WARNING if look.now - proof.proven_at > PROOF_AGE else Level.OK
        yield Outcome(level, f"{proof.name}, {proof.subject}", f"{days} days old", f"at most {PROOF_AGE.days}")


def proofs_complete(look: Look) -> Iterable[Outcome]:
    """A proof with each partner."""
    roster = seen(look.roster)
    proven = {part.strip() for proof in seen(look.kept).proofs if proof.rung == 5 and proof.ok for part in proof.subject.split("→")}
    for member in roster.admitted() if roster else ():
        if member.party_id != look.place.party_id:
            found = member.party_id in proven
            yield Outcome(
                Level.OK if found else Level.WARNING, f"party {member.party_id}", "proven" if found else "no proof", "a toy with it"
            )


WORK_CHECKS = (
    Check(
        "jobs-last", "jobs", "the last job succeeded",
        "Read its log with fedfleet job logs, or on FATE Board where the site has one; a partner's part may have failed",
        "By this party's FATE Flow, among the last twenty jobs it had a part in.",
        last_job, PARTY,
    ),
    Check(
        "jobs-long", "jobs", "no job runs for too long",
        "Look what its components do, at every party: fedfleet job show; stop it if nobody waits for it any more",
        "The job guardian reruns what can no longer finish; without it, and while a partner is away, a job waits until fate_task_timeout, three days.",
        long_jobs, PARTY,
    ),
    Check(
        "jobs-guardian", "jobs", "the job guardian needs no help",
        "Mend what it names; it then reruns the job by itself, unless it says that it left it: fedfleet job rerun does it by hand",
        "The guardian reruns jobs whose processes or whose ground was lost. It leaves alone what failed by an error of its own.",
        guarded_jobs, PARTY,
    ),
    Check(
        "jobs-waiting", "jobs", "jobs need not queue",
        "Wait, stop jobs nobody needs, or give the party more cores with fate_sizing",
        "Jobs wait while all cores that FATE Flow may give away are taken.",
        waiting_jobs, PARTY,
    ),
    Check(
        "proofs-hold", "proofs", "what was proven last held",
        "Run playbooks/validate.yml",
        "Proofs of jobs are kept in ConfigMap fedfleet-proofs of the site's namespace.",
        proofs_hold, PARTY,
    ),
    Check(
        "proofs-current", "proofs", "proofs are about what runs now",
        "Run playbooks/validate.yml: it repeats proofs whose inputs changed",
        "A proof counts for the images, settings and certificates it was made with. Something was changed since, perhaps by hand.",
        proofs_current, PARTY,
    ),
    Check(
        "proofs-young", "proofs", "proofs are young",
        "Run playbooks/validate.yml -e validation_force=true",
        "Nothing in the inventory changed, but much around it may have.",
        proofs_young, PARTY,
    ),
    Check(
        "proofs-partners", "proofs", "there is a proof with each partner",
        "Run playbooks/validate.yml once the partner answers",
        "Each admitted party of the roster, by a job that both have said succeeded.",
        proofs_complete, PARTY,
    ),
)  # fmt: skip
