import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

Made = Callable[..., Path]


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Two sites that need no cluster."""
    place = tmp_path / "inventory"
    place.mkdir()
    own = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    (place / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"one": {}, "two": {}}, "vars": own}}))
    return place


@pytest.fixture
def playbook(tmp_path: Path) -> Callable[..., str]:
    """Makes a playbook of tasks."""

    def made(*tasks: dict[str, object]) -> str:
        path = tmp_path / "play.yml"
        path.write_text(yaml.safe_dump([{"name": "Stage", "hosts": "all", "gather_facts": False, "tasks": list(tasks)}]))
        return str(path)

    return made
