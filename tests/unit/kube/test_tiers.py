"""What others need is applied before them."""

import pytest

from fedfleet.kube.tiers import in_tiers, tier_of


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("Namespace", "ServiceAccount"),
        ("CustomResourceDefinition", "IPAddressPool"),
        ("Role", "RoleBinding"),
        ("ConfigMap", "Deployment"),
        ("PersistentVolumeClaim", "StatefulSet"),
        ("NetworkPolicy", "Job"),
        ("Service", "DaemonSet"),
        ("Service", "Ingress"),
        ("Deployment", "ValidatingWebhookConfiguration"),
        ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
    ],
)
def test_what_is_needed_comes_first(earlier: str, later: str) -> None:
    assert tier_of(earlier) < tier_of(later)


def test_tiers_come_in_order_and_keep_the_order_of_the_definition() -> None:
    kinds = ["Deployment", "ConfigMap", "Namespace", "StatefulSet", "Secret"]
    assert [group for _, group in in_tiers(kinds, str)] == [["Namespace"], ["ConfigMap", "Secret"], ["Deployment", "StatefulSet"]]
