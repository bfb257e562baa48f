"""Licences that vCenter has assigned to itself, to clusters and to hosts.

pyvmomi 9.1.1: vim.LicenseAssignmentManager.QueryAssignedLicenses (System.View) and vim.LicenseManager.LicenseInfo (name, editionKey, properties).
Nothing of VMware's names what properties there are: ``expirationDate`` of a licence, and within property ``evaluation`` of an assignment, is what
public PowerCLI scripts read. That evaluation is edition ``eval`` is from govmomi v0.56.0 simulator/license_manager.go (EvalLicense).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from fedfleet.vsphere.client import Client

_EVALUATION = "eval"
_EVALUATED, _ENDS = "evaluation", "expirationDate"


@dataclass(frozen=True)
class Licence:
    """A licence that is assigned.

    Attributes:
        entity: managed object id of what has it, or vCenter's instance UUID.
        of: what that is called.
        ends: None for one that does not end, or does not say.
    """

    entity: str
    of: str
    name: str
    evaluation: bool = False
    ends: datetime | None = None


def assigned(client: Client) -> list[Licence]:
    """All licences that are assigned.

    Raises:
        TaskError: the user may not know.
    """
    found = client.soap.properties([client.soap.content.licenseManager], ["licenseAssignmentManager"])
    manager = found[0].get("licenseAssignmentManager") if found else None
    if manager is None:
        return []
    return [read(one) for one in client.soap.ask("ask for licences", lambda: manager.QueryAssignedLicenses(None)) or ()]


def read(assignment: Any) -> Licence:
    """A licence from a vim.LicenseAssignmentManager.LicenseAssignment."""
    licence = assignment.assignedLicense
    evaluation = licence.editionKey == _EVALUATION
    ends = _property(licence.properties, _ENDS)
    if evaluation:
        ends = _property(getattr(_property(assignment.properties, _EVALUATED), "properties", ()), _ENDS) or ends
    name = str(licence.name or licence.editionKey or "without a name")
    return Licence(str(assignment.entityId), str(assignment.entityDisplayName or assignment.entityId), name, evaluation, ends)


def _property(properties: Iterable[Any] | None, key: str) -> Any:
    return next((one.value for one in properties or () if one.key == key), None)
