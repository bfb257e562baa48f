"""A file out of a package of a Python package index, without installing it or anything it asks for.

pip fetches it, so that the machine's own index, mirror, proxy and CA settings hold; the hash is checked by pip, the file's by us.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fedfleet.errors import FedFleetError

_SECONDS: Final = 300.0


class WheelError(FedFleetError):
    """A package cannot be fetched, or does not hold what it must."""


@dataclass(frozen=True)
class WheelFile:
    """A file in a wheel.

    Attributes:
        requirement: name and version, such as ``ISLP==0.6.0``.
        wheel_sha256: of the wheel.
        member: the file's path in it.
        sha256: of the file.
    """

    requirement: str
    wheel_sha256: str
    member: str
    sha256: str


def cached(file: WheelFile) -> Path:
    """The file, fetched at its first use and kept in the user's cache.

    Raises:
        WheelError: pip cannot fetch the wheel, or its content is not what is expected.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fedfleet" / "datasets"
    target = home / f"{file.sha256[:16]}-{Path(file.member).name}"
    if target.is_file() and _digest(target.read_bytes()) == file.sha256:
        return target
    with tempfile.TemporaryDirectory(prefix="fedfleet-wheel-") as folder:
        content = _member(_fetch(file, Path(folder)), file)
    home.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(target)
    return target


def _fetch(file: WheelFile, folder: Path) -> Path:
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{file.requirement} --hash=sha256:{file.wheel_sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--dest", str(folder), "--requirement", str(wanted)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        said = done.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        said = f"no end after {_SECONDS:.0f} s"
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise WheelError(
            f"{file.requirement} cannot be fetched",
            expected="its wheel, from the package index that pip is set up for",
            found=" ".join(said.split())[-500:],
            next_step="Give pip an index or mirror that has it (pip config), or run a workload of your own with --description",
        )
    return wheels[0]


def _member(wheel: Path, file: WheelFile) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(file.member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise WheelError(f"{file.requirement} does not hold {file.member}", found=str(error), where=wheel.name) from error
    if _digest(content) != file.sha256:
        raise WheelError(
            f"{file.member} of {file.requirement} is not what is expected",
            expected=f"SHA-256 {file.sha256}",
            found=_digest(content),
            where=wheel.name,
        )
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
