"""vCenter and the Supervisor: sessions, namespaces, VM classes, storage policies, content libraries, workload clusters, power.

vCenter's REST API: every field is one of VMware's own bindings (vmware-vcenter 9.1.1, ``com.vmware.*``); tests/contract/vsphere holds what
is sent against them. SOAP: pyvmomi 9.1.1. For all else (the login at a Supervisor, and what its Kubernetes API serves) there are no
bindings; each module says where it has its fields from. What is cited by a short name, here and in the lab's data centre:

- cluster-api: sigs.k8s.io/cluster-api v1.14.2;
- tanzu-framework: vmware-tanzu/tanzu-framework v0.28.3 (80712c8), apis/run, the last that was published;
- vm-operator: vmware-tanzu/vm-operator 506dc5d, VMware's own source;
- vks-airgap-cicd: AndriyKalashnykov/vks-airgap-cicd 7db7651, measured on VCF 9.1 with VKS 3.6 and 3.7;
- golang-web: AndriyKalashnykov/golang-web 009b3f9 vks/CLUSTER.md, measured on VCF 9.1.1 with VKS 3.7;
- the annotated profile: the public "VKS 3.7 Workload Cluster + Addons — Annotated Reference & Best Practices", read from VKS 3.7;
- the annotated manifest: a public one for classes v3.1.0 to v3.4.0, "tested with vSphere 8.0U3+/VKS 3.4" (so it says; not measured by us);
- the blueprint notes: the public "Every resource in the VCF Automation 9.1 blueprint designer" of 1 October 2026, read from VCF 9.1 with
  VKS 3.6;
- the usage examples: the public "TKGs Basic Usage Examples" of May 2021, outputs of vSphere 7.0 Update 2;
- GUID-…: a page of docs.vmware.com.

FedFleet itself has seen none of it on a real vCenter.
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
