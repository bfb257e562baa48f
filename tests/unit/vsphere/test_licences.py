"""Licences that have ended or are for evaluation are told before a site relies on them."""

from datetime import UTC, datetime
from typing import Any

from pyVmomi import vim, vmodl

from fedfleet.preflight.vcenter import licence_findings
from fedfleet.vsphere.licences import Licence, read

NOW = datetime(2026, 11, 28, tzinfo=UTC)
PAST, LATER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def assignment(edition: str, *, ends: datetime | None = None, evaluated: datetime | None = None) -> Any:
    """As pyvmomi makes one of an answer."""
    of_licence = [vmodl.KeyAnyValue(key="expirationDate", value=ends)] if ends else []
    of_assignment = []
    if evaluated:
        info = vim.LicenseManager.EvaluationInfo(properties=[vmodl.KeyAnyValue(key="expirationDate", value=evaluated)])
        of_assignment = [vmodl.KeyAnyValue(key="evaluation", value=info)]
    licence = vim.LicenseManager.LicenseInfo(
        licenseKey="00000", editionKey=edition, name=f"Licence {edition}", total=0, properties=of_licence
    )
    return vim.LicenseAssignmentManager.LicenseAssignment(
        entityId="domain-c8", entityDisplayName="Compute", assignedLicense=licence, properties=of_assignment
    )


def told(*known: Licence) -> list[str]:
    findings = licence_findings(known, NOW)
    assert not [one for one in findings if one.is_error]
    return [f"{one.where}: {one.found}" for one in findings]


def test_one_that_is_in_force_is_told_nothing_of() -> None:
    assert told(read(assignment("vcf", ends=LATER)), read(assignment("vcf"))) == []


def test_one_that_has_ended_is_a_warning() -> None:
    assert told(read(assignment("vcf", ends=PAST))) == ["Compute: Licence vcf, which ended on 2026-11-01"]


def test_one_for_evaluation_is_a_warning_with_its_end() -> None:
    assert told(read(assignment("eval", evaluated=LATER))) == ["Compute: Licence eval, for evaluation, until 2027-01-01"]
    assert told(read(assignment("eval"))) == ["Compute: Licence eval, for evaluation"]
    assert told(read(assignment("eval", evaluated=PAST))) == ["Compute: Licence eval, which ended on 2026-11-01"]


def test_those_alike_are_one_finding() -> None:
    assert told(*(Licence(name, name, "vcf", ends=PAST) for name in ("esx2", "esx1"))) == ["esx1, esx2: vcf, which ended on 2026-11-01"]
