"""The collections that ours is held against, out of the pinned wheel that brings them, kept in the user's cache.

Nothing is installed, and all collections run with one ansible-core, one Python and one set of libraries.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
KUBERNETES, VMWARE_REST, VMWARE = "kubernetes.core", "vmware.vmware_rest", "community.vmware"
_FETCH_SECONDS = 600


def collections(cache: Path, name: str = KUBERNETES) -> Path:
    """A folder of collections with that one in it, below FedFleet's cache; fetched at its first use."""
    wanted = _REQUIREMENTS.read_text(encoding="utf-8").rpartition("sha256:")[2].strip()
    home = cache / "bench" / f"{name}-{wanted[:16]}"
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as folder:
            draft = Path(folder) / "draft"
            with zipfile.ZipFile(_wheel(Path(folder))) as wheel:
                wheel.extractall(draft, [file for file in wheel.namelist() if file.startswith(_place(name))])
            draft.rename(home)
    return home


def version(home: Path, name: str = KUBERNETES) -> str:
    """The collection's version."""
    manifest = json.loads((home / _place(name) / "MANIFEST.json").read_text(encoding="utf-8"))
    return str(manifest["collection_info"]["version"])


def _place(name: str) -> str:
    return f"ansible_collections/{name.replace('.', '/')}/"


def _wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    subprocess.run([*command, "--dest", str(folder), "--requirement", str(_REQUIREMENTS)], check=True, timeout=_FETCH_SECONDS)
    return next(folder.glob("*.whl"))
