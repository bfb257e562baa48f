"""FATE 2.2: its jobs through FATE Flow's API, its broker's records through Pulsar's."""

from __future__ import annotations

from fedfleet.engine.fate.broker import BrokerAdmin, PartnerRecord
from fedfleet.engine.fate.definition import FATE
from fedfleet.engine.fate.errors import (
    BrokerError,
    FlowAnswerError,
    FlowError,
    FlowUnreachableError,
    GatewayError,
    JobNotFoundError,
    PartnerUnreachableError,
    SubmissionError,
)
from fedfleet.engine.fate.flow import FlowClient
from fedfleet.engine.fate.inside import PodTransport
from fedfleet.engine.fate.toy import ToyResult, run_toy, toy_dag
from fedfleet.engine.fate.views import JobView, TaskView

__all__ = [
    "FATE",
    "BrokerAdmin",
    "BrokerError",
    "FlowAnswerError",
    "FlowClient",
    "FlowError",
    "FlowUnreachableError",
    "GatewayError",
    "JobNotFoundError",
    "JobView",
    "PartnerRecord",
    "PartnerUnreachableError",
    "PodTransport",
    "SubmissionError",
    "TaskView",
    "ToyResult",
    "run_toy",
    "toy_dag",
]
