"""Where a site is follows from what is there."""

import pytest

from fedfleet.federation.states import SiteFacts, SiteState, state_of, waits_for


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (SiteFacts(), SiteState.PLANNED),
        (SiteFacts(has_cluster=True), SiteState.PROVISIONED),
        (SiteFacts(has_cluster=True, has_workloads=True), SiteState.DEPLOYED),
        (SiteFacts(has_cluster=True, has_workloads=True, has_card=True), SiteState.AWAITING_ADMISSION),
        (SiteFacts(has_cluster=True, has_workloads=True, has_card=True, has_admission=True), SiteState.ADMITTED),
        (SiteFacts(has_cluster=True, has_workloads=True, has_card=True, has_admission=True, has_proof=True), SiteState.VALIDATED),
    ],
)
def test_a_site_is_as_far_as_what_it_has(facts: SiteFacts, state: SiteState) -> None:
    assert state_of(facts) is state


def test_a_proof_without_an_admission_proves_nothing() -> None:
    assert state_of(SiteFacts(has_cluster=True, has_workloads=True, has_card=True, has_proof=True)) is SiteState.AWAITING_ADMISSION


def test_a_site_that_wants_to_leave_is_leaving_however_far_it_was() -> None:
    assert state_of(SiteFacts(True, True, True, True, True, wants_to_leave=True)) is SiteState.LEAVING


def test_a_removed_site_is_removed_whatever_it_wants() -> None:
    assert state_of(SiteFacts(wants_to_leave=True, is_removed=True)) is SiteState.REMOVED


def test_a_party_without_admission_is_told_what_to_send_to_whom() -> None:
    sentence = waits_for(SiteState.AWAITING_ADMISSION, "30000", "cards/30000.yaml", "ABCD-EFGH-JKLM-NPQR")
    assert "send cards/30000.yaml to the exchange's operator" in sentence
    assert "ABCD-EFGH-JKLM-NPQR" in sentence


def test_a_validated_party_waits_for_nobody() -> None:
    assert waits_for(SiteState.VALIDATED, "30000") == ""
