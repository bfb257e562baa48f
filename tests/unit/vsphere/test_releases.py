"""A release is usable when it is ready, compatible, and nodes can boot it."""

from typing import Any

import pytest

from fedfleet.vsphere import SettingsError
from fedfleet.vsphere.releases import Release, choose, of


def release(version: str, *, ready: str = "True", compatible: str = "True") -> dict[str, Any]:
    return {
        "kind": "KubernetesRelease",
        "metadata": {"name": version.replace("+", "---")},
        "spec": {"version": version, "kubernetes": {"version": version.partition("-vkr")[0]}},
        "status": {"conditions": [{"type": "Ready", "status": ready}, {"type": "Compatible", "status": compatible, "message": "too new"}]},
    }


def image(kubernetes: str, name: str = "photon") -> dict[str, Any]:
    return {"metadata": {"name": f"{name}-{kubernetes}"}, "spec": {"kubernetesVersion": kubernetes, "os": {"name": name, "version": "5"}}}


IMAGES = [image("v1.33.6+vmware.1"), image("v1.34.2+vmware.2"), image("v1.34.2+vmware.2", "ubuntu")]


def known() -> list[Release]:
    versions = ["v1.33.6+vmware.1-vkr.2", "v1.34.1+vmware.1-vkr.1", "v1.34.2+vmware.2-vkr.1"]
    return [of(release(one), IMAGES) for one in versions] + [of(release("v1.35.0+vmware.1-vkr.1", compatible="False"), IMAGES)]


def test_a_release_with_an_image_is_usable() -> None:
    found = of(release("v1.34.2+vmware.2-vkr.1"), IMAGES)
    assert found.usable
    assert (found.kubernetes, found.os_images) == ("v1.34.2+vmware.2", ("photon 5", "ubuntu 5"))


def test_a_release_without_an_image_of_the_system_is_not() -> None:
    assert "ubuntu" in of(release("v1.33.6+vmware.1-vkr.2"), IMAGES, "ubuntu").reasons[0]
    assert of(release("v1.34.2+vmware.2-vkr.1"), IMAGES, "ubuntu").usable


def test_a_supervisor_without_a_list_of_images_is_believed() -> None:
    assert of(release("v1.34.1+vmware.1-vkr.1"), None).usable


def test_a_release_that_is_not_compatible_says_why() -> None:
    assert of(release("v1.35.0+vmware.1-vkr.1", compatible="False"), None).reasons == ("Compatible is False: too new",)


def test_the_first_version_of_the_api_is_read_too() -> None:
    old = {
        "metadata": {"name": "v1.20.2---vmware.1-tkg.1.1d4f79a"},
        "spec": {"version": "1.20.2+vmware.1-tkg.1.1d4f79a", "kubernetesVersion": "v1.20.2+vmware.1"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Compatible", "status": "True"}]},
    }
    found = of(old, None)
    assert (str(found.version), found.kubernetes, found.usable) == ("v1.20.2+vmware.1-tkg.1.1d4f79a", "v1.20.2+vmware.1", True)


def test_the_newest_usable_one_is_chosen() -> None:
    assert choose(known()).name == "v1.34.2---vmware.2-vkr.1"
    assert choose(known(), "v1.33").name == "v1.33.6---vmware.1-vkr.2"
    assert choose(known(), "v1.34.2---vmware.2-vkr.1").kubernetes == "v1.34.2+vmware.2"


def test_why_a_wanted_one_is_not_usable_is_told() -> None:
    with pytest.raises(SettingsError, match="too new"):
        choose(known(), "v1.35")
    with pytest.raises(SettingsError, match=r"v1\.34\.2\+vmware\.2-vkr\.1"):
        choose(known(), "v1.31")
