"""The lab and the federation on it, each brought up once for all tests that want it."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext

import pytest

from support.federation import Federation
from support.lab import COLD_SECONDS, RunningLab, lab_for_tests, lab_to_break

PROFILE = "FEDFLEET_TEST_PROFILE"


@pytest.fixture(scope="session")
def shown(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[None]]:
    """Show what a long set-up says while it works, as nobody likes to watch nothing for minutes."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    return capture.global_and_fixture_disabled if capture else nullcontext


@pytest.fixture(scope="session")
def lab(shown: Callable[[], AbstractContextManager[None]]) -> Iterator[RunningLab]:
    """A lab with Ready nodes and nothing deployed."""
    with ExitStack() as stack:
        with shown():
            running = stack.enter_context(lab_for_tests())
        yield running


@pytest.fixture(scope="session")
def fragile() -> Iterator[RunningLab]:
    """A lab of three nodes whose nodes and disks tests destroy; each leaves it whole."""
    with lab_to_break() as running:
        yield running


@pytest.fixture(scope="session")
def images(lab: RunningLab, shown: Callable[[], AbstractContextManager[None]]) -> RunningLab:
    """The lab, with all images in its registry and on its nodes."""
    with shown():
        lab.fedfleet("images", "build", "--registry", lab.registry, "--plain-http", timeout=COLD_SECONDS, show=True).expect()
        lab.fedfleet("lab", "images", "--adopt", show=True).expect()
    return lab


@pytest.fixture(scope="session")
def federation(
    images: RunningLab, tmp_path_factory: pytest.TempPathFactory, shown: Callable[[], AbstractContextManager[None]]
) -> Federation:
    """The exchange and both parties of inventories/lab: deployed, registered and proven by one run of site.yml."""
    deployed = Federation.copied("lab", tmp_path_factory.mktemp("inventories"), images, os.environ.get(PROFILE, "spark"))
    with shown():
        deployed.play(show=True).expect()
    return deployed
