"""FATE 2.2: its jobs through FATE Flow's API, its broker's records through Pulsar's."""

from __future__ import annotations

from fedfleet.engine.fate.broker import BrokerAdmin, PartnerRecord
from fedfleet.engine.fate.dags import Members, Plan, fit_dag, predict_dag, read_dag
from fedfleet.engine.fate.definition import FATE
from fedfleet.engine.fate.errors import (
    ArchiveError,
    BrokerError,
    FlowAnswerError,
    FlowError,
    FlowUnreachableError,
    GatewayError,
    JobNotFoundError,
    OversizeError,
    PartnerUnreachableError,
    SubmissionError,
)
from fedfleet.engine.fate.flow import FlowClient
from fedfleet.engine.fate.following import Moment, Watcher, follow
from fedfleet.engine.fate.inside import PodTransport
from fedfleet.engine.fate.outputs import FlowOutputs, TaskRef
from fedfleet.engine.fate.tables import Columns, FlowTables, TableRef, Upload
from fedfleet.engine.fate.toy import ToyResult, run_toy, toy_dag
from fedfleet.engine.fate.views import JobView, MetricView, TableView, TaskView

__all__ = [
    "FATE",
    "ArchiveError",
    "BrokerAdmin",
    "BrokerError",
    "Columns",
    "FlowAnswerError",
    "FlowClient",
    "FlowError",
    "FlowOutputs",
    "FlowTables",
    "FlowUnreachableError",
    "GatewayError",
    "JobNotFoundError",
    "JobView",
    "Members",
    "MetricView",
    "Moment",
    "OversizeError",
    "PartnerRecord",
    "PartnerUnreachableError",
    "Plan",
    "PodTransport",
    "SubmissionError",
    "TableRef",
    "TableView",
    "TaskRef",
    "TaskView",
    "ToyResult",
    "Upload",
    "Watcher",
    "fit_dag",
    "follow",
    "predict_dag",
    "read_dag",
    "run_toy",
    "toy_dag",
]
