"""What benches share. They run by hand (`make bench`) and each night, alone on the machine, never beside other tests."""

import os
from collections.abc import Callable, Iterator

import pytest

from bench.results import Topic, keep
from fedfleet.kube import Client
from support.federation import Federation
from support.lab import RUNNING, RunningLab
from support.session import images, lab, shown

__all__ = ["images", "lab", "shown"]

# Minutes of work that is measured, not waited for.
BENCH_SECONDS = 3600
_FOUND = pytest.StashKey[list[Topic]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give benches the time they take."""
    for item in items:
        item.add_marker(pytest.mark.timeout(BENCH_SECONDS))


@pytest.fixture(scope="session")
def ready(lab: RunningLab, request: pytest.FixtureRequest) -> RunningLab:
    """A lab with all images. One that runs already is used as it is."""
    if RUNNING not in os.environ:
        request.getfixturevalue("images")
    return lab


@pytest.fixture(scope="session")
def federation(ready: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """The federation of inventories/lab on profile spark; that of a lab that runs already as it is."""
    found = Federation.copied("lab", tmp_path_factory.mktemp("inventories"), ready, "spark")
    if RUNNING not in os.environ:
        found.play(show=True).expect()
    return found


@pytest.fixture(scope="session")
def client(ready: RunningLab) -> Iterator[Client]:
    """A session with a lab that has all images."""
    with Client.connect(ready.kubeconfig) as session:
        yield session


@pytest.fixture
def found(pytestconfig: pytest.Config) -> Callable[[Topic], None]:
    """Keep what was measured, whatever is thought of it, and hold its ratios against what is wanted."""

    def take(topic: Topic) -> None:
        keep(topic)
        pytestconfig.stash.setdefault(_FOUND, []).append(topic)
        assert [f"{ratio.what}: {ratio.value:.1f}, wanted {ratio.wanted}" for ratio in topic.ratios if not ratio.holds] == []

    return take


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show every ratio."""
    for topic in config.stash.get(_FOUND, []):
        terminalreporter.section(topic.title)
        for measured in topic.measured:
            terminalreporter.line(f"{measured.value:9.2f} {measured.unit:5} {measured.case}: {measured.of}")
        for ratio in topic.ratios:
            terminalreporter.line(f"{ratio.told:>9} {ratio.what}{f' (wanted {ratio.wanted})' if ratio.wanted else ''}")
