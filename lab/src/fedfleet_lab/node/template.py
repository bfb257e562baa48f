"""Node disks with all images on them, pulled and unpacked once; new nodes start with clones that share the content.

A template is a containerd root, named by the digests of the images in it. A clone has its own databases; the unpacked
layers, which containerd never changes, are links into the template. So three nodes take the room of one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fedfleet_lab.command import Completed, run
from fedfleet_lab.config import REGISTRY_NAME
from fedfleet_lab.errors import LabError
from fedfleet_lab.host.registry_content import StoredImage
from fedfleet_lab.node.answers import answers
from fedfleet_lab.node.containerd import write_registry_hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fedfleet_lab.context import Context
    from fedfleet_lab.paths import LabPaths

_PULL_TIMEOUT = 900.0
_START_TIMEOUT = 30.0
_SNAPSHOTS = "io.containerd.snapshotter.v1.overlayfs/snapshots"
_BLOBS = "io.containerd.content.v1.content/blobs/sha256"
_LARGEST_MANIFEST = 4 << 20
_CURRENT = "current"
_RECORD = "images.json"
_OF = "template"
"""The file beside or in a clone that names its template."""
_ROOT = "root"
"""The containerd root in a template's folder."""


@dataclass(frozen=True)
class Template:
    """A finished template."""

    folder: Path

    @property
    def key(self) -> str:
        """What it is named by."""
        return self.folder.name

    def mark(self, folder: Path) -> None:
        """Writes down that a folder is to hold a clone: from now on, whoever prunes sees that the template is needed."""
        (folder / _OF).write_text(self.key)

    def clone(self, target: Path) -> None:
        """Makes `target` a containerd root with the template's images, whole or not at all."""
        unfinished = target.with_name(f"{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        self.mark(unfinished)
        source = self.folder / _ROOT
        shutil.copytree(source, unfinished, symlinks=True, ignore=_shared_content, copy_function=shutil.copy2, dirs_exist_ok=True)
        for snapshot in (source / _SNAPSHOTS).iterdir():
            # A removed image takes the link away, not what it leads to.
            (unfinished / _SNAPSHOTS / snapshot.name).symlink_to(snapshot)
        unfinished.rename(target)


def current(paths: LabPaths) -> Template | None:
    """Returns the template for new nodes; None where none has been made yet."""
    link = paths.templates / _CURRENT
    return Template(link.resolve()) if link.exists() else None


def template_of(folder: Path) -> str | None:
    """Returns the key of the template that a folder holds a clone of; None where it holds none."""
    try:
        return (folder / _OF).read_text()
    except FileNotFoundError:
        return None


def make(ctx: Context, images: Sequence[StoredImage]) -> Template:
    """Makes the template of exactly these images current, pulling and unpacking them unless that was done before.

    Raises:
        LabError: an image cannot be pulled.
    """
    key = hashlib.sha256(json.dumps([[image.name, image.digest] for image in images]).encode()).hexdigest()[:16]
    with _alone(ctx.paths):
        folder = ctx.paths.templates / key
        if not folder.exists():
            unfinished = folder.with_name(f"{key}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            _fill(ctx, unfinished, set(images))
            record = [{"name": image.name, "digest": image.digest} for image in images]
            (unfinished / _RECORD).write_text(json.dumps(record, indent=1))
            unfinished.rename(folder)
        link = ctx.paths.templates / f"{_CURRENT}.new"
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
        link.replace(ctx.paths.templates / _CURRENT)
        return Template(folder)


@contextmanager
def _alone(paths: LabPaths) -> Iterator[None]:
    """Lets one lab make or remove templates while the others wait: all labs of a user share them."""
    paths.templates.mkdir(parents=True, exist_ok=True)
    with (paths.templates / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fill(ctx: Context, folder: Path, wanted: set[StoredImage]) -> None:
    """Gives a new template its images: what the current one has of them, and the rest from the registry."""
    there = _take_over(current(ctx.paths), folder / _ROOT)
    missing = sorted(wanted - there)
    with _containerd(ctx, folder) as ctr:
        for name in sorted({image.name for image in there} - {image.name for image in wanted}):
            ctr("images", "remove", f"{REGISTRY_NAME}/{name}")
        for number, image in enumerate(missing, 1):
            ctx.progress.note(f"unpacking image {number} of {len(missing)}, {image.name}")
            _pull(ctr, folder, image)
        _forget_packed_layers(ctr, folder / _ROOT)


def _take_over(old: Template | None, root: Path) -> set[StoredImage]:
    """Makes `root` start with an older template's content, as hard links; returns the images that are in it."""
    if old is None:
        return set()
    source = old.folder / _ROOT
    shutil.copytree(source, root, symlinks=True, ignore=_shared_content)
    # Layers are never written to, so that both templates may have the same files; cp keeps overlayfs' own attributes.
    run(["cp", "--archive", "--link", f"{source / _SNAPSHOTS}/.", root / _SNAPSHOTS], timeout=_PULL_TIMEOUT)
    record = json.loads((old.folder / _RECORD).read_text())
    return {StoredImage(image["name"], image["digest"]) for image in record}


def _shared_content(folder: str, names: list[str]) -> list[str]:
    """Leaves out what clones link to."""
    return names if folder.endswith(f"/{_SNAPSHOTS}") else []


@contextmanager
def _containerd(ctx: Context, folder: Path) -> Iterator[Callable[..., Completed]]:
    """Runs a containerd of its own on the new template's root; yields how to talk to it."""
    write_registry_hosts(ctx.config, folder / "certs.d")
    # A socket's path may have 107 characters at most, which a folder in someone's cache may exceed.
    with tempfile.TemporaryDirectory(prefix="fedfleet-") as state:
        socket = Path(state) / "containerd.sock"
        settings = folder / "containerd.toml"
        settings.write_text(
            f'version = 2\nroot = "{folder / _ROOT}"\nstate = "{state}/state"\n'
            f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "{socket}"\n'
        )
        # In a mount namespace of its own: what it mounts to unpack goes with it, whatever happens.
        argv = ["unshare", "--mount", "--propagation", "private", "containerd", "--config", str(settings)]
        with (folder / "containerd.log").open("wb") as log:
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _await_socket(child, socket, folder / "containerd.log")
            yield lambda *args: run(["ctr", "--address", socket, "--namespace", "k8s.io", *args], timeout=_PULL_TIMEOUT)
        finally:
            child.terminate()
            child.wait(_START_TIMEOUT)


def _await_socket(child: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while not answers(f"unix:{socket}"):
        if child.poll() is not None or time.monotonic() >= deadline:
            raise LabError("containerd does not start", found=log.read_text(errors="replace")[-2000:], where=str(log))
        time.sleep(0.05)


def _pull(ctr: Callable[..., Completed], folder: Path, image: StoredImage) -> None:
    reference = f"{REGISTRY_NAME}/{image.name}"
    ctr("images", "pull", "--hosts-dir", str(folder / "certs.d"), "--snapshotter", "overlayfs", reference)


def _forget_packed_layers(ctr: Callable[..., Completed], root: Path) -> None:
    """Drops the layers as they were pulled: unpacked, they are of no more use to a node."""
    layers = {layer for blob in (root / _BLOBS).iterdir() for layer in _layers(blob)}
    for digest in sorted(layers):
        if (root / _BLOBS / digest.removeprefix("sha256:")).exists():
            ctr("content", "delete", digest)


def _layers(blob: Path) -> list[str]:
    """Returns the digests of an image manifest's layers; none for any other blob (OCI image specification 1.1)."""
    if blob.stat().st_size > _LARGEST_MANIFEST:
        return []
    try:
        return [layer["digest"] for layer in json.loads(blob.read_bytes())["layers"]]
    except (KeyError, TypeError, ValueError):
        return []


def prune(paths: LabPaths) -> None:
    """Removes the templates that no node of any lab is a clone of; the current one stays."""
    with _alone(paths):
        disks = [disk for name in ("containerd*", "volumes/*") for disk in (paths.cache / "lab").glob(f"*/nodes/*/disk/{name}")]
        used = {template_of(disk) for disk in disks}
        used.add((paths.templates / _CURRENT).resolve().name)
        for folder in paths.templates.iterdir():
            if folder.is_dir() and not folder.is_symlink() and folder.name not in used:
                shutil.rmtree(folder, ignore_errors=True)
