"""What is built here, and an environment that knows nothing of the checkout."""

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from support.commands import BIN, ROOT, Finished, run

# Which Python and which ansible-core the clean environment gets: `make matrix` sets both.
PYTHON = "FEDFLEET_PACKAGE_PYTHON"
ANSIBLE = "FEDFLEET_PACKAGE_ANSIBLE"
INSTALLING_SECONDS = 600


@dataclass(frozen=True)
class Clean:
    """A virtual environment outside of the checkout, and a folder to work in."""

    bin: Path
    folder: Path

    def run(self, *command: str, timeout: float = 120) -> Finished:
        """Run one of its commands with nothing in the environment that leads elsewhere."""
        bare = {name: os.environ[name] for name in ("HOME", "LANG", "SSL_CERT_FILE", "PIP_CERT", "PIP_INDEX_URL") if name in os.environ}
        ended = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.folder,
            env=bare | {"PATH": f"{self.bin}:/usr/bin:/bin", "NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Finished(command, ended.returncode, ended.stdout, 0.0)


@dataclass(frozen=True)
class Built:
    """What a release consists of."""

    wheel: Path
    collection: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The wheel and the collection, as a release builds them."""
    folder = tmp_path_factory.mktemp("dist")
    run(str(BIN / "pip"), "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)).expect()
    run("ansible-galaxy", "collection", "build", "--output-path", str(folder)).expect()
    (wheel,) = folder.glob("*.whl")
    (collection,) = folder.glob("*.tar.gz")
    return Built(wheel, collection)


def wanted_ansible() -> str:
    """The requirement on ansible-core: the oldest that the project takes, unless the environment says another."""
    if ANSIBLE in os.environ:
        return os.environ[ANSIBLE]
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    (ansible,) = (each for each in map(Requirement, declared) if each.name == "ansible-core")
    (oldest,) = (bound.version for bound in ansible.specifier if bound.operator == ">=")
    return f"ansible-core=={oldest}"


@pytest.fixture(scope="session")
def clean(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Clean:
    """The wheel in an environment with nothing else, its dependencies from the index."""
    folder = tmp_path_factory.mktemp("clean")
    run(os.environ.get(PYTHON, sys.executable), "-m", "venv", str(folder / "venv")).expect()
    found = Clean(folder / "venv" / "bin", folder)
    found.run("pip", "install", "--quiet", wanted_ansible(), str(built.wheel), timeout=INSTALLING_SECONDS).expect()
    return found
