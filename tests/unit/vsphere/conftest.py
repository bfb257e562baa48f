from collections.abc import Iterator
from pathlib import Path

import pytest

from fedfleet.vsphere import Client
from support.answering_server import Told, serving


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """A server that answers as it is told; its CA is ``tmp_path/ca.pem``."""
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def client(told: Told, tmp_path: Path) -> Iterator[Client]:
    """A session with that server."""
    with Client.connect("127.0.0.1", "dev@vsphere.local", "secret", ca_file=tmp_path / "ca.pem", port=told.port) as opened:
        yield opened
