"""Storage policies: what Kubernetes calls them, and rules on tags."""

import pytest
from pyVmomi import VmomiSupport, pbm

from fedfleet.vsphere.storage_policies import storage_class_name
from fedfleet.vsphere.storage_profiles import Wanted, create_spec, pbm_version, profile_of


@pytest.mark.parametrize(
    ("policy", "storage_class"),
    [
        ("vSAN Default Storage Policy", "vsan-default-storage-policy"),
        ("fate-gold", "fate-gold"),
        ("VM Encryption Policy", "vm-encryption-policy"),
        (" Gold (mirrored) ", "gold-mirrored"),
    ],
)
def test_a_policys_storage_class(policy: str, storage_class: str) -> None:
    assert storage_class_name(policy) == storage_class


def test_a_policy_on_a_tag_is_read_as_it_was_made() -> None:
    spec = create_spec(Wanted("Fate Gold", "fedfleet-storage", "gold", description="mirrored"))
    made = pbm.profile.CapabilityBasedProfile(
        profileId=pbm.profile.ProfileId(uniqueId="1"), name=spec.name, description=spec.description, constraints=spec.constraints
    )
    found = profile_of(made)
    assert found.rules == {"fedfleet-storage": frozenset({"gold"})}
    assert found.storage_class == "fate-gold"
    assert spec.category == "REQUIREMENT"


def test_the_name_that_vcenter_gave_is_taken() -> None:
    made = pbm.profile.CapabilityBasedProfile(profileId=pbm.profile.ProfileId(uniqueId="1"), name="Gold", k8sCompliantName="gold-2")
    assert profile_of(made).storage_class == "gold-2"


@pytest.mark.parametrize(
    ("vim", "expected"),
    [
        ("vim.version.v8_0_3_0", "pbm.version.v8_0_3_0"),
        ("vim.version.v8_0_0_2", "pbm.version.v8_0_0_1"),
        ("vim.version.v9_1_0_0", "pbm.version.v9_1_0_0"),
        ("vim.version.v7_0", "pbm.version.v7_0"),
    ],
)
def test_the_policy_services_version_goes_with_the_apis(vim: str, expected: str) -> None:
    assert pbm_version(vim, VmomiSupport.GetServiceVersions("pbm")) == expected
