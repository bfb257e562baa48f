"""The collection that ours is held against: kubernetes.core, out of the pinned wheel that brings it, kept in the user's cache.

Nothing is installed, and both collections run with one ansible-core, one Python and one Kubernetes client.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_COLLECTION = "ansible_collections/kubernetes/core/"
_FETCH_SECONDS = 600


def collections(cache: Path) -> Path:
    """A folder of collections with kubernetes.core in it, below FedFleet's cache; fetched at its first use."""
    wanted = _REQUIREMENTS.read_text(encoding="utf-8").rpartition("sha256:")[2].strip()
    home = cache / "bench" / wanted[:16]
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as folder:
            draft = Path(folder) / "draft"
            with zipfile.ZipFile(_wheel(Path(folder))) as wheel:
                wheel.extractall(draft, [name for name in wheel.namelist() if name.startswith(_COLLECTION)])
            draft.rename(home)
    return home


def version(home: Path) -> str:
    """The collection's version."""
    manifest = json.loads((home / _COLLECTION / "MANIFEST.json").read_text(encoding="utf-8"))
    return str(manifest["collection_info"]["version"])


def _wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    subprocess.run([*command, "--dest", str(folder), "--requirement", str(_REQUIREMENTS)], check=True, timeout=_FETCH_SECONDS)
    return next(folder.glob("*.whl"))
