"""Writes a bundle: one tar.gz that only its owner can read, of bounded size, whole or not at all."""

from __future__ import annotations

import io
import json
import os
import platform
import tarfile
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet.bundle.collecting import Page, all_secrets, knowing, site_pages, tail
from fedfleet.checks.showing import Format, Signs, as_json, lines
from fedfleet.errors import FedFleetError
from fedfleet.report.load import REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fedfleet.bundle.redaction import Redactor
    from fedfleet.checks import SiteResult
    from fedfleet.sites import InventorySite

MOST_BYTES = 50 * 1024 * 1024
"""Of all texts together, before they are compressed."""
_LEAST_PAGE = 4096
_DISTRIBUTIONS = ("fedfleet", "fedfleet-lab", "ansible-core", "kubernetes", "cryptography", "pydantic")


class BundleError(FedFleetError):
    """The bundle cannot be written."""


@dataclass(frozen=True)
class Written:
    """A bundle that was written: its files, its size in bytes, and the names of files whose beginning was left out."""

    files: int
    size: int
    shortened: tuple[str, ...]


def write_bundle(
    sites: Sequence[InventorySite],
    results: Sequence[SiteResult],
    target: Path,
    told: Callable[[str], None],
    most_bytes: int = MOST_BYTES,
) -> Written:
    """Write what is known of the sites to ``target``; a file of that name is replaced.

    Args:
        sites: whose objects, events and logs are read.
        results: what checks said of them.
        target: the file.
        told: hears what is being read.
        most_bytes: bound for all texts together; files that come after it is reached are shortened to their last lines.

    Raises:
        BundleError: the file cannot be written.
    """
    top = f"fedfleet-support-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    pages = _pages(sites, results, told)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Readable by its owner alone from the first byte on (mkstemp), and under its name only when it is whole.
        descriptor, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
                names, shortened = _fill(archive, top, pages, most_bytes)
            Path(draft).replace(target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        return Written(names, target.stat().st_size, shortened)
    except OSError as error:
        raise BundleError(
            "The support bundle cannot be written",
            found=error.strerror or str(error),
            where=str(target),
            next_step="Name a file in a folder that you may write to",
        ) from error


def _fill(archive: tarfile.TarFile, top: str, pages: Iterator[Page], most_bytes: int) -> tuple[int, tuple[str, ...]]:
    left, names, shortened = most_bytes, 0, []
    for page in pages:
        kept = tail(page.text, max(left, _LEAST_PAGE))
        if kept != page.text:
            shortened.append(page.name)
        _add(archive, f"{top}/{page.name}", kept)
        left -= len(kept.encode())
        names += 1
    index = {
        "shortened": shortened,
        "most_bytes": most_bytes,
        "removed": "values of Secrets, private keys, tokens and passwords read [removed]",
    }
    _add(archive, f"{top}/index.json", json.dumps(index, indent=2) + "\n")
    return names + 1, tuple(shortened)


def _add(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(time.time())
    archive.addfile(entry, io.BytesIO(content))


def _pages(sites: Sequence[InventorySite], results: Sequence[SiteResult], told: Callable[[str], None]) -> Iterator[Page]:
    secrets = all_secrets(sites)
    redactor = knowing(secrets.values())
    yield Page("versions.txt", _versions())
    yield Page("check.txt", redactor.text("\n".join(line.plain for line in lines(results, Signs(unicode=True), Format.WIDE)) + "\n"))
    yield Page("check.json", redactor.text(json.dumps(as_json(results), indent=2, ensure_ascii=False) + "\n"))
    directories = sorted({site.directory for site in sites})
    unknown = {site.directory for site in sites if isinstance(secrets[site.name], Page)}
    for number, directory in enumerate(directories, 1):
        folder = "reports" if len(directories) == 1 else f"reports/{number}"
        if directory in unknown:
            yield Page(f"{folder}/left-out.txt", "The Secrets of a site are not known, so its inventory's reports were not collected.\n")
        else:
            yield from _reports(directory, folder, redactor)
    for site in sites:
        found = secrets[site.name]
        if isinstance(found, Page):
            yield found
        else:
            yield from site_pages(site, found, redactor, told)


def _reports(directory: Path, folder: str, redactor: Redactor) -> Iterator[Page]:
    for report in sorted((directory / REPORTS).glob("*.json")):
        try:
            text = report.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            text = f"[not readable: {error.strerror}]\n"
        yield Page(f"{folder}/{report.name}", redactor.text(text))


def _versions() -> str:
    told = [f"python {platform.python_version()} on {platform.platform()}"]
    for name in _DISTRIBUTIONS:
        try:
            told.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            told.append(f"{name} is not installed")
    return "\n".join(told) + "\n"
