"""The production profile is the reference sizing, and the others undercut it knowingly."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from fedfleet.preflight.needs import Parts, Reference
from fedfleet.preflight.sizing import undercut

ROLES = Path(__file__).resolve().parents[2] / "roles"


def reference() -> Reference:
    defaults = yaml.safe_load((ROLES / "preflight" / "defaults" / "main.yml").read_text())
    return Reference(**defaults["preflight_reference"])


def parts(profile: str) -> Parts:
    size: dict[str, Any] = yaml.safe_load((ROLES / "fate" / "vars" / "main.yml").read_text())["__fate_sizes"][profile]
    # Init containers that wait are no pods, and the reference has no guardian.
    limits = {name: resources["limits"] for name, resources in size["resources"].items() if name not in ("wait", "guardian")}
    return Parts(limits, size["volumes"], frozenset({"spark_worker"}))


def test_production_undercuts_nothing() -> None:
    assert undercut(parts("production"), reference()) == []


@pytest.mark.parametrize("profile", ["lab", "pilot"])
def test_smaller_profiles_do_and_say_so(profile: str) -> None:
    assert undercut(parts(profile), reference())


def test_drills_know_how_many_of_a_component_a_profile_has() -> None:
    sizes = yaml.safe_load((ROLES / "fate" / "vars" / "main.yml").read_text())["__fate_sizes"]
    (play,) = yaml.safe_load((ROLES.parent / "src" / "fedfleet" / "sites" / "read.yml").read_text())
    has = {profile: {name: size["replicas"][name] for name in ("spark_worker", "datanode")} for profile, size in sizes.items()}
    assert play["vars"]["__replicas"] == has
