"""A simulated vCenter for all tests here; each makes namespaces and other things of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.vcenter import RunningVCenter, running_vcenter


@pytest.fixture(scope="session")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVCenter]:
    """Namespaces stay CONFIGURING until the test says otherwise, in the place of the lab's Supervisor."""
    with running_vcenter(tmp_path_factory.mktemp("vcenter")) as running:
        yield running


@pytest.fixture
def own_vcenter(tmp_path: Path) -> Iterator[RunningVCenter]:
    """A simulated vCenter of the test's own, for what would disturb others."""
    with running_vcenter(tmp_path) as running:
        yield running
