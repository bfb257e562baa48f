"""One run of a workload: rows up, a model of all, its predictions on held-out rows down, and a report."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fedfleet.engine.fate import fit_dag, follow, predict_dag
from fedfleet.engine.fate.dags import EVALUATION, TEST_OUTPUT
from fedfleet.engine.fate.outputs import TaskRef
from fedfleet.engine.protocol import JobState
from fedfleet.errors import FedFleetError
from fedfleet.report.workload import ComponentRun, Curve, Score, WorkloadReport
from fedfleet.workload.handover import hand_over
from fedfleet.workload.judging import CENTRAL, FEDERATED, Judge
from fedfleet.workload.meter import Meter, component_run
from fedfleet.workload.partners import partner_words
from fedfleet.workload.telling import JobTeller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from fedfleet.engine.fate import FlowClient, Moment, TaskView
    from fedfleet.validation.party import Party
    from fedfleet.workload.description import Set, Workload
    from fedfleet.workload.telling import Tell

# How much longer a job may wait for its turn than all of its tasks may run.
_TASKS_OF_A_JOB = 4


class WorkloadError(FedFleetError):
    """A job of the workload did not succeed at all parties, or the workload cannot be run from here."""


class StoppedError(FedFleetError):
    """Another part of the run has failed or was interrupted."""


@dataclass
class Run:
    """A workload on its way.

    Attributes:
        workload: what is done.
        places: the parties whose clusters are here.
        folder: where models and predictions go.
        federation: its name, for the report.
        tell: is told how it goes.
        keep: stores the report, however the run ends.
        upload: whether rows are uploaded.
        measure: whether CPU and memory are recorded by component.
        started_at: when it began.
    """

    workload: Workload
    places: Mapping[str, Party]
    folder: Path
    federation: str
    tell: Tell
    keep: Callable[[WorkloadReport], None] = lambda _: None
    upload: bool = True
    measure: bool = False
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _clock: Callable[[], float] = time.monotonic
    _components: list[ComponentRun] = field(default_factory=list)
    _job_ids: list[str] = field(default_factory=list)
    _scores: tuple[Score, ...] = ()
    _curves: tuple[Curve, ...] = ()
    _files: list[str] = field(default_factory=list)
    _meters: Mapping[str, Meter] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def execute(self) -> WorkloadReport:
        """Do all of it, and return the report; a job that failed is told there.

        Raises:
            WorkloadError: the guest is not here. FedFleetError: something else than a job failed.
        """
        began = self._clock()
        members = self.workload.members
        if members.guest not in self.places:
            raise WorkloadError(
                f"The workload is started by its guest, party {members.guest}, which this inventory does not have",
                expected=f"an inventory with party {members.guest}",
                found=", ".join(self.places) or "no party",
                next_step="Hosts upload their rows with: fedfleet workload upload",
            )
        judge = Judge(self.workload)
        try:
            ok, message = self._work(judge)
        except WorkloadError as error:
            ok, message = False, str(error)
        except BaseException as error:
            # Who reads the report later must not take an earlier run's for this one's.
            self.keep(self._report(ok=False, message=str(error) or "interrupted", seconds=self._clock() - began))
            raise
        report = self._report(ok=ok, message=message, seconds=self._clock() - began)
        self.keep(report)
        return report

    def _work(self, judge: Judge) -> tuple[bool, str]:
        """Upload, fit, predict and judge; whether it came out as it should, and what it came to."""
        members = self.workload.members
        with ExitStack() as stack:
            flows = {party: stack.enter_context(place.flow()) for party, place in self.places.items()}
            if self.measure:
                self._meters = {party: stack.enter_context(Meter(place.client, place.namespace)) for party, place in self.places.items()}
            if self.upload:
                self.hand_over(flows)
            fitted = self._job("fit", flows, fit_dag(members, self.workload.plan, self.workload.table("train")))
            self._save_models(flows, fitted)
            model = flows[members.guest].jobs(fitted.job_id)[0]
            described = predict_dag(
                members, self.workload.plan, self.workload.table("test"), model.model_id or "", model.model_version or ""
            )
            predicted = self._job("predict", flows, described)
            self._scores = judge.scores(self._save_predictions(flows, predicted))
            return self._verdict()

    def hand_over(self, flows: Mapping[str, FlowClient]) -> None:
        """Upload the rows of every party that is here, all of them side by side: much of a job's time it waits for its turn.

        Raises:
            UploadError, FlowError: of the first party that failed.
        """
        sets = [(flow, which, file) for flow in flows.values() for which, file in self._sets(flow.party_id).items() if file is not None]
        with ThreadPoolExecutor(max_workers=max(1, len(sets)), thread_name_prefix="upload") as pool:
            futures = [pool.submit(self._hand_over_one, *each) for each in sets]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                self._stop.set()
                raise

    def _sets(self, party: str) -> dict[Set, Path | None]:
        member = self.workload.parties[party]
        return {"train": member.train, "test": member.test}

    def _hand_over_one(self, flow: FlowClient, which: Set, file: Path) -> None:
        done = hand_over(flow, self.workload, which, file, self.tell, timeout=self._job_seconds, pause=self._pause)
        self._job_ids.append(done.job_id)
        self._components.extend(self._runs(done.tasks, flow.party_id))
        self.tell(f"upload {flow.party_id} {which}: {done.rows} rows")

    def _job(self, what: str, flows: Mapping[str, FlowClient], described: Mapping[str, object]) -> Moment:
        """Run a job to its end; all parties must say success."""
        guest = flows[self.workload.members.guest]
        job_id = guest.submit(described)
        self._job_ids.append(job_id)
        self.tell(f"{what}: job {job_id} created at {', '.join(self.workload.members.party_ids)}")
        end = follow(guest, job_id, JobTeller(what, self.tell), timeout=self._job_seconds)
        words = partner_words(self.workload.members, flows, end)
        tasks = {party: flow.tasks(job_id) for party, flow in flows.items()}
        for party, parts in tasks.items():
            self._components += self._runs(parts, party)
        bad = [f"{word.role} {word.party_id} says {word.state}" for word in words if not word.state.ok]
        if end.state.ok and not bad:
            return end
        raise WorkloadError(
            f"The {what} job did not succeed",
            expected=f"success of job {job_id} at every party",
            found="; ".join(
                [f"guest {guest.party_id} says {end.state if end.state.ended else 'not done in time'}", *bad, *_failures(tasks.values())]
            ),
            next_step=f"fedfleet job logs {job_id} shows what its components said",
        )

    def _save_models(self, flows: Mapping[str, FlowClient], job: Moment) -> None:
        """Download each party's model, and what the parties' tasks reported of the fit."""
        members, task = self.workload.members, self.workload.plan.model_task
        curves: list[Curve] = []
        for party, flow in flows.items():
            role = "guest" if party == members.guest else "host"
            ref = TaskRef(job.job_id, role, party, task)
            flow.outputs.download_model(ref, self._file(f"{party}-model.tar"))
            metrics = flow.outputs.metrics(ref)
            for metric in metrics:
                points = metric.content if isinstance(metric.content, list) else []
                values = tuple(float(point["metric"]) for point in points if isinstance(point, dict) and "metric" in point)
                if len(values) > 1:
                    curves.append(Curve(name=metric.name, party_id=party, values=values))
        self._curves = tuple(curves)

    def _save_predictions(self, flows: Mapping[str, FlowClient], job: Moment) -> Mapping[str, Path]:
        """Download the predictions of every party that has some, and what FATE itself makes of them."""
        members, plan = self.workload.members, self.workload.plan
        saved: dict[str, Path] = {}
        for party, flow in flows.items():
            if self.workload.parties[party].test is None or (plan.aligned and party != members.guest):
                continue
            role = "guest" if party == members.guest else "host"
            target = self._file(f"{party}-predictions.csv")
            rows = flow.outputs.save_table(TaskRef(job.job_id, role, party, plan.model_task), TEST_OUTPUT, target)
            self.tell(f"predict: {rows} predictions of party {party} downloaded")
            figures = {metric.name: metric.content for metric in flow.outputs.metrics(TaskRef(job.job_id, role, party, EVALUATION))}
            self._file(f"{party}-evaluation.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
            saved[party] = target
        return saved

    def _runs(self, tasks: Sequence[TaskView], party: str) -> list[ComponentRun]:
        return [component_run(task, party, self._meters.get(party)) for task in tasks]

    def _file(self, name: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._files.append(str(self.folder / name))
        return self.folder / name

    def _verdict(self) -> tuple[bool, str]:
        figures = {score.model: score.value for score in self._scores}
        federated, central = figures[FEDERATED], figures.get(CENTRAL)
        if central is None:
            why = "its description asks for no model" if self.workload.baseline == "none" else "not all parties' rows are here"
            return True, f"{self._scores[0].metric} {federated} on the rows held out here; {why} to compare with"
        within = self.workload.pipeline.within
        ok = federated >= central - within
        return ok, f"{self._scores[0].metric} {federated}, of the model trained on all data {central}; expected at most {within} less"

    @property
    def _job_seconds(self) -> float:
        return float(_TASKS_OF_A_JOB * self.workload.pipeline.task_seconds)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise StoppedError("the upload was stopped, for another has failed")

    def _report(self, *, ok: bool, message: str, seconds: float) -> WorkloadReport:
        return WorkloadReport(
            name=self.workload.name,
            federation=self.federation,
            parties=self.workload.members.party_ids,
            job_ids=tuple(self._job_ids),
            ok=ok,
            message=message,
            started_at=self.started_at,
            seconds=round(seconds, 1),
            components=tuple(self._components),
            scores=self._scores,
            curves=self._curves,
            files=tuple(self._files),
        )


def _failures(tasks: Iterable[Sequence[TaskView]]) -> list[str]:
    """What failed components left behind: the parties whose own part failed say why, the others were only stopped."""
    found = []
    for task in (task for parts in tasks for task in parts if task.party_status is JobState.FAILED):
        report = (task.error_report or "").strip().splitlines()
        found.append(f"{task.task_name} at {task.role} {task.party_id}: {' | '.join(report[-2:]) or 'it left no error behind'}")
    return found
