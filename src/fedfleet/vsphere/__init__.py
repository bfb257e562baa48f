"""vCenter and the Supervisor: sessions, namespaces, VM classes, storage policies, content libraries, workload clusters, power.

Every field used is one of VMware's own bindings (vmware-vcenter 9.1.1, ``com.vmware.*``), which tests/contract/vsphere holds it against.
"""

from __future__ import annotations

from fedfleet.vsphere.client import Client
from fedfleet.vsphere.errors import (
    AlreadyExistsError,
    AnswerError,
    ApiError,
    CertificateError,
    ExhaustedError,
    InUseError,
    InvalidArgumentError,
    NoSuchOperationError,
    NotAllowedError,
    NotFoundError,
    RefusedChangeError,
    SettingsError,
    StaleError,
    TaskError,
    TimedOutError,
    UnauthenticatedError,
    UnauthorizedError,
    UnavailableError,
    UnreachableError,
    UnsupportedError,
    VsphereError,
    WaitError,
)

__all__ = [
    "AlreadyExistsError",
    "AnswerError",
    "ApiError",
    "CertificateError",
    "Client",
    "ExhaustedError",
    "InUseError",
    "InvalidArgumentError",
    "NoSuchOperationError",
    "NotAllowedError",
    "NotFoundError",
    "RefusedChangeError",
    "SettingsError",
    "StaleError",
    "TaskError",
    "TimedOutError",
    "UnauthenticatedError",
    "UnauthorizedError",
    "UnavailableError",
    "UnreachableError",
    "UnsupportedError",
    "VsphereError",
    "WaitError",
]
