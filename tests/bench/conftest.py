"""What benches share. They run by hand (`make bench`) and each night, alone on the machine, never beside other tests."""

from collections.abc import Callable, Iterator

import pytest

from bench.results import Topic, keep
from fedfleet.kube import Client
from support.lab import RunningLab
from support.session import federation, images, lab, shown

__all__ = ["federation", "images", "lab", "shown"]

# Minutes of work that is measured, not waited for.
BENCH_SECONDS = 3600
_FOUND = pytest.StashKey[list[Topic]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give benches the time they take."""
    for item in items:
        item.add_marker(pytest.mark.timeout(BENCH_SECONDS))


@pytest.fixture(scope="session")
def client(images: RunningLab) -> Iterator[Client]:
    """A session with a lab that has all images."""
    with Client.connect(images.kubeconfig) as session:
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
            terminalreporter.line(f"{ratio.value:9.2f} times {ratio.what}{f' (wanted {ratio.wanted})' if ratio.wanted else ''}")
