"""What goes into images beside Debian's and PyPI's packages: prepared once by hash, and held against the lock."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet.images import fingerprint
from fedfleet.images.command import require, run
from fedfleet.images.errors import InputError, MissingContextError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fedfleet.images.catalogue import Catalogue, DebianLock, ImageDefinition, RootFilesystem
    from fedfleet.images.paths import CachePaths

    Tell = Callable[[str, float], None]

# The plugin's version decides which files come out: pinned as everything else.
_DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8"


def prepare(
    catalogue: Catalogue, image: ImageDefinition, name: str, *, contexts: Mapping[str, Path], paths: CachePaths, tell: Tell
) -> Path:
    """The folder with an image's input ``name``, made if it is not in the cache.

    Raises:
        MissingContextError: the caller has to give this input and did not.
        InputError: it could not be had, or is not what the lock says.
    """
    source = image.inputs[name]
    if source.kind == "given":
        return given(image, name, contexts)
    ready = paths.inputs / f"{image.name}-{name}-{fingerprint.of_input(catalogue, image, name)[:16]}"
    if ready.is_dir():
        return ready
    # Made beside its place and renamed when it is whole and checked: a folder that is there needs no second look.
    unfinished = Path(tempfile.mkdtemp(prefix=f".{image.name}-{name}-", dir=paths.inputs))
    try:
        if source.kind == "rootfs":
            _make_root_filesystem(source, catalogue.lock.debian, unfinished / "rootfs.tar", tell)
        else:
            if source.kind == "maven":
                for artefact in source.artefacts:
                    _maven(["copy", f"-Dartifact={artefact}"], unfinished, paths, tell)
            else:
                pom = catalogue.folder / image.name / source.pom
                _maven(["copy-dependencies", "-DincludeScope=runtime", f"--file={pom}"], unfinished, paths, tell)
            check(unfinished, catalogue.lock.maven.get(f"{image.name}/{name}", {}), where=f"{image.name}/{name}")
        unfinished.chmod(0o755)
        unfinished.rename(ready)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return ready


def given(image: ImageDefinition, name: str, contexts: Mapping[str, Path]) -> Path:
    """The caller's folder for an input, once everything the image takes from it is there.

    Raises:
        MissingContextError: no folder, or not all files in it.
    """
    source = image.inputs[name]
    folder = contexts.get(name)
    if folder is None:
        raise MissingContextError(
            f"image {image.name} needs the programs of {name}, which somebody else builds",
            next_step=f"give their folder: --context {name}=FOLDER (the lab does this by itself: `fedfleet lab up`)",
        )
    missing = [file for file in getattr(source, "files", ()) if not (folder / file).is_file()]
    if missing:
        raise MissingContextError(
            f"the folder given for {name} lacks files",
            expected=", ".join(missing),
            where=str(folder),
            next_step=f"build them, or give another folder: --context {name}=FOLDER",
        )
    return folder


def sha512(path: Path) -> str:
    """The checksum by which the lock knows a Maven artefact."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha512").hexdigest()


def check(folder: Path, locked: Mapping[str, str], *, where: str) -> None:
    """Hold the files in ``folder`` against the lock.

    Raises:
        InputError: a file is missing, not in the lock, or another one than locked.
    """
    found = {path.name: sha512(path) for path in folder.iterdir()}
    wrong = [
        *(f"{name} is missing" for name in sorted(locked.keys() - found.keys())),
        *(f"{name} is not in the lock" for name in sorted(found.keys() - locked.keys())),
        *(f"{name} has another checksum" for name in sorted(found.keys() & locked.keys()) if found[name] != locked[name]),
    ]
    if wrong:
        raise InputError(
            "Maven's artefacts are not the ones in the lock",
            expected=f"{len(locked)} files with the checksums in images.lock",
            found="; ".join(wrong[:5]) + (f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""),
            where=f"images.lock, {where}",
            next_step="if the change is meant, write the lock again: fedfleet images lock; if not, don't trust the repository",
        )


def fetch_for_lock(catalogue: Catalogue, image: ImageDefinition, name: str, folder: Path, paths: CachePaths, tell: Tell) -> None:
    """Fetch an image's Maven input into ``folder`` without holding it against the lock that is about to be written."""
    source = image.inputs[name]
    if source.kind == "maven":
        for artefact in source.artefacts:
            _maven(["copy", f"-Dartifact={artefact}"], folder, paths, tell)
    elif source.kind == "maven-closure":
        pom = catalogue.folder / image.name / source.pom
        _maven(["copy-dependencies", "-DincludeScope=runtime", f"--file={pom}"], folder, paths, tell)


def _make_root_filesystem(source: RootFilesystem, debian: DebianLock, target: Path, tell: Tell) -> None:
    argv = [require("mmdebstrap", "mmdebstrap"), "--mode=root", "--variant=minbase", f"--include={','.join(source.packages)}"]
    # Merged /usr from the start: the package that would merge it later brings all of Perl.
    argv.append("--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr")
    # It lends this machine's name and name servers to the packages' scripts; they are nobody else's business.
    argv.append('--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/hostname"')
    argv += [f"--aptopt={option}" for option in source.apt]
    argv += [f"--dpkgopt={option}" for option in source.dpkg]
    # Without a mirror named it takes Debian's own, with the suite's updates and security pockets.
    ended = run([*argv, debian.suite, str(target)], tell=tell)
    if ended.status:
        raise InputError(
            "Debian's root file system could not be made",
            found=ended.tail(),
            where=f"Debian {debian.suite}",
            next_step="check that Debian's archive is reachable from here; apt takes a proxy from http_proxy",
        )


def _maven(goal: list[str], folder: Path, paths: CachePaths, tell: Tell) -> None:
    name, *options = goal
    ended = run(
        [
            require("mvn", "maven"),
            *("--batch-mode", "--no-transfer-progress", f"-Dmaven.repo.local={paths.maven}"),
            f"{_DEPENDENCY_PLUGIN}:{name}",
            *options,
            f"-DoutputDirectory={folder}",
        ],
        tell=tell,
    )
    if ended.status:
        raise InputError(
            "Maven could not fetch an artefact",
            found=ended.tail(),
            where=" ".join(goal),
            next_step="check that Maven Central, or the mirror in ~/.m2/settings.xml, is reachable from here",
        )
