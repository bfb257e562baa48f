"""Whether a cluster can be made as asked for: what the Supervisor's webhooks and VM Operator refuse.

From public sources (`fedfleet.vsphere` says what the short names are): that a version is a prefix, vks-airgap-cicd (VKS 3.6); "Missing
compatible KR/OSImage" and `{k8sVersionPrefix: …}`, a report of the webhook default.tkr-resolver.run.tanzu.vmware.com and vks-airgap-cicd
(VCF 9.1); 1 or 3 control planes, the annotated manifest (VKS 3.4) and the blueprint notes (VKS 3.6); VirtualMachineClassNotFound,
vm-operator 506dc5d (`api/v1alpha2`). "exceeded quota: …" is Kubernetes' own (`quotas`). The simulator's own are the reasons MissingRelease,
InvalidReplicas, StorageClassNotFound, VolumeNotSimulated and QuotaExceeded and every other word, and that all of it is said on the Cluster
after it was taken: a real Supervisor refuses a wrong VM class or StorageClass at once (golang-web, vks-airgap-cicd), or says so of the
StorageClass later (the annotated profile).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fedfleet_lab.datacentre import quotas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet_lab.datacentre.desired import Desired
    from fedfleet_lab.datacentre.machines import Size, Vm


@dataclass(frozen=True)
class Offer:
    """What a namespace of the Supervisor has.

    Attributes:
        classes: VM classes by name.
        storage_classes: names, without those that bind late.
        releases: usable releases: name by the version that a Cluster may ask for.
        limits: what may be used, in MiB by the names of `quotas`.
    """

    classes: Mapping[str, Size]
    storage_classes: Sequence[str]
    releases: Mapping[str, str]
    limits: Mapping[str, int] = field(default_factory=dict)

    def version(self, version: str) -> str:
        """Returns the full version that a version resolves to, the newest of several; empty for none.

        A version is a prefix: a full version, one without its VMware suffix, a minor, or the release's own name.
        """
        plain = version.replace("---", "+")
        fitting = [known for known in self.releases if known == plain or known.startswith((f"{plain}.", f"{plain}+", f"{plain}-"))]
        return max(fitting, key=_order, default="")

    def release(self, version: str) -> str:
        """Returns the name of the release that a version resolves to; empty for none."""
        return self.releases.get(self.version(version), "")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").partition("+")[0].split("."))


def objection(desired: Desired, offer: Offer, vms: Sequence[Vm]) -> tuple[str, str]:
    """Returns reason and message of why the cluster cannot be made, where there are these VMs; empty ones where it can."""
    if not offer.release(desired.version):
        known = ", ".join(sorted(offer.releases)) or "none"
        return "MissingRelease", f"Missing compatible KR/OSImage for {{k8sVersionPrefix: {desired.version}}}; usable here: {known}"
    if desired.control_plane.replicas not in (1, 3):
        return "InvalidReplicas", f"a control plane has 1 or 3 replicas, not {desired.control_plane.replicas}"
    for pool in (desired.control_plane, *desired.pools):
        where = f"pool {pool.name}" if pool.name else "the control plane"
        if pool.vm_class not in offer.classes:
            known = ", ".join(sorted(offer.classes)) or "none"
            return "VirtualMachineClassNotFound", f"{where}: VM class {pool.vm_class!r} is not in the namespace, which has: {known}"
        if pool.storage_class not in offer.storage_classes:
            known = ", ".join(sorted(offer.storage_classes)) or "none"
            return "StorageClassNotFound", f"{where}: StorageClass {pool.storage_class!r} is not in the namespace, which has: {known}"
        if elsewhere := [path for _, path, _ in pool.volumes if not path.startswith("/var/lib/")]:
            return "VolumeNotSimulated", f"{where}: this lab mounts volumes below /var/lib alone, not at {', '.join(elsewhere)}"
    missing = set(desired.storage_classes) | ({desired.default_class} if desired.default_class else set())
    if missing := missing - set(offer.storage_classes):
        return "StorageClassNotFound", f"StorageClasses {', '.join(sorted(missing))} are not in the namespace"
    excess = quotas.excess(desired, offer.classes, offer.limits, vms)
    return ("QuotaExceeded", excess) if excess else ("", "")
