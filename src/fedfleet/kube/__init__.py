"""One client for Kubernetes: apply of whole sets, pruning, typed waits, exec, tunnels."""

from __future__ import annotations

from fedfleet.kube.changes import ApplyResult, ObjectChange
from fedfleet.kube.client import Client
from fedfleet.kube.compare import shown
from fedfleet.kube.definitions import parse
from fedfleet.kube.errors import (
    ApiError,
    CertificateError,
    DefinitionError,
    ExecError,
    ForbiddenError,
    InvalidError,
    KubeconfigError,
    KubeError,
    NotFoundError,
    OwnershipError,
    SetError,
    StaleError,
    TimedOutError,
    TunnelError,
    UnauthorizedError,
    UnknownKindError,
    UnreachableError,
    WaitError,
)
from fedfleet.kube.predicates import condition, holds, judge, waitable_kinds
from fedfleet.kube.refs import ApplySetRef, ExecResult, FieldConflict, KubeObject, ObjectRef
from fedfleet.kube.tunnel import Tunnel

__all__ = [
    "ApiError",
    "ApplyResult",
    "ApplySetRef",
    "CertificateError",
    "Client",
    "DefinitionError",
    "ExecError",
    "ExecResult",
    "FieldConflict",
    "ForbiddenError",
    "InvalidError",
    "KubeError",
    "KubeObject",
    "KubeconfigError",
    "NotFoundError",
    "ObjectChange",
    "ObjectRef",
    "OwnershipError",
    "SetError",
    "StaleError",
    "TimedOutError",
    "Tunnel",
    "TunnelError",
    "UnauthorizedError",
    "UnknownKindError",
    "UnreachableError",
    "WaitError",
    "condition",
    "holds",
    "judge",
    "parse",
    "shown",
    "waitable_kinds",
]
