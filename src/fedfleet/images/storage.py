"""buildah, with a storage of its own: build, list, push, save, load, remove."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fedfleet.images.command import Ended, require, run
from fedfleet.images.errors import BuildError, ImagesError, RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fedfleet.images.paths import CachePaths
    from fedfleet.images.registry import Registry

LOCAL = "localhost/fedfleet"
"""Where images are called by their key before they have a registry."""

_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
"""This machine's CA bundle, lent to builds: a company's own CA may stand between a build and PyPI."""

# zstd: a quarter of gzip's time to pack on two cores, and nodes unpack it faster too (containerd >= 1.5).
_PACKED = ("--compression-format", "zstd", "--compression-level", "1")

_LOOKED_INTO = "fedfleet-looked-into"


def local_name(name: str, key: str) -> str:
    """An image's name in local storage."""
    return f"{LOCAL}/{name}:{key}"


def require_root(doing: str) -> None:
    """Refuse to go on as anybody else.

    Raises:
        ImagesError: this is not root.
    """
    if os.geteuid() != 0:
        raise ImagesError(f"{doing} takes root: their files belong to several users", next_step="run it as root")


class Storage:
    """One buildah storage. Needs root: files in images belong to several users."""

    def __init__(self, paths: CachePaths) -> None:
        self._paths = paths
        self._buildah = [
            require("buildah", "buildah"),
            *("--root", str(paths.storage), "--runroot", str(paths.run), "--storage-driver", "overlay"),
        ]

    def sizes(self) -> dict[str, int]:
        """All names of images in storage, with the bytes each takes unpacked, shared layers included."""
        ended = self._run("images", "--json")
        if ended.status:
            raise BuildError(
                "the local storage of images cannot be read",
                where=str(self._paths.storage),
                log=ended.tail(),
                next_step=f"it holds nothing that cannot be built again: remove {self._paths.storage.parent}",
            )
        images: list[dict[str, Any]] = json.loads(ended.output or "[]")
        return {name: _bytes(image["size"]) for image in images for name in image.get("names") or ()}

    def build(
        self,
        context: Path,
        *,
        names: Sequence[str],
        parents: Mapping[str, str],
        labels: Mapping[str, str],
        log: Path,
        tell: Callable[[str, float], None],
    ) -> float:
        """Build the Containerfile in ``context``; returns the seconds it took.

        Args:
            context: the folder with the Containerfile and all it copies.
            names: what the image is called afterwards.
            parents: build argument to image name, for the FROM lines.
            labels: to put on the image.
            log: where buildah's output goes.
            tell: is told each line, and that time goes by.

        Raises:
            BuildError: a step failed.
        """
        caches = {
            self._paths.apt_packages: "/var/cache/apt",
            self._paths.apt_lists: "/var/lib/apt/lists",
            self._paths.pip: "/run/pip-cache",
        }
        arguments = ["build", "--isolation", "chroot", "--network", "host", "--layers", "--format", "oci", "--pull=never", "--force-rm"]
        for source, target in caches.items():
            arguments += ["--volume", f"{source}:{target}"]
        if _AUTHORITIES.is_file():
            # A path in an argument that only pip reads while it builds; neither bundle nor path stay in the image.
            arguments += ["--volume", f"{_AUTHORITIES}:/run/authorities.crt:ro", "--build-arg", "PIP_CERT=/run/authorities.crt"]
        for argument, name in parents.items():
            arguments += ["--build-arg", f"{argument}={name}"]
        for label, value in labels.items():
            arguments += ["--label", f"{label}={value}"]
        for name in names:
            arguments += ["--tag", name]
        ended = self._run(*arguments, "--file", str(context / "Containerfile"), str(context), log=log, tell=tell)
        if ended.status:
            raise BuildError(
                f"building {names[0]} failed",
                where=str(log),
                log=ended.tail(),
                next_step="the whole output is in that file; what is already built stays and is not built again",
            )
        return ended.seconds

    def push(self, name: str, target: str, registry: Registry, tell: Callable[[str, float], None]) -> None:
        """Push an image to ``target`` (registry/repository:tag); layers that the registry has are not sent.

        Raises:
            RegistryError: the registry did not take it.
        """
        arguments = ["push", "--quiet", *_PACKED]
        if registry.plain_http:
            arguments.append("--tls-verify=false")
        with tempfile.TemporaryDirectory(prefix="fedfleet-registry-") as folder:
            authfile = registry.authfile
            if registry.credentials is not None:
                # The folder is ours alone.
                authfile = Path(folder) / "config.json"
                authfile.write_text(registry.credentials.authfile(registry.host), encoding="utf-8")
            if authfile is not None:
                arguments += ["--authfile", str(authfile)]
            if registry.ca is not None:
                (Path(folder) / "ca.crt").write_bytes(registry.ca.read_bytes())
                arguments += ["--cert-dir", folder]
            ended = self._run(*arguments, name, f"docker://{target}", tell=tell)
        if ended.status:
            raise RegistryError(
                f"pushing {target} failed",
                found=ended.tail(),
                where=registry.address,
                next_step="check that the registry takes pushes and has room; pushing again sends only what is missing",
            )

    def lay_out(self, name: str, layout: Path, reference: str, tell: Callable[[str, float], None]) -> None:
        """Put an image into an OCI image layout, packed as for a registry, where it is called ``reference``.

        Raises:
            BuildError: it could not be packed, mostly for lack of room.
        """
        ended = self._run("push", "--quiet", *_PACKED, name, f"oci:{layout}:{reference}", tell=tell)
        if ended.status:
            raise BuildError(
                f"packing {reference} failed", where=str(layout), log=ended.tail(), next_step="make room there, and save again"
            )

    def take_in(self, layout: Path, reference: str, name: str, tell: Callable[[str, float], None]) -> None:
        """Take an image out of an OCI image layout, where it is called ``reference``, and call it ``name``.

        Raises:
            BuildError: it could not be unpacked, mostly for lack of room.
        """
        # buildah calls it after the path that it is given, too, and no name may have what paths have.
        pulled = self._run("pull", "--quiet", f"oci:{layout.name}:{reference}", tell=tell, folder=layout.parent)
        identity = pulled.output.strip().rpartition("\n")[2]
        ended = pulled if pulled.status else self._run("tag", identity, name)
        if ended.status:
            raise BuildError(
                f"unpacking {reference} failed",
                where=str(self._paths.storage),
                log=ended.tail(),
                next_step="make room there, and load again",
            )
        self._run("rmi", f"localhost/{layout.name}:latest")

    @contextmanager
    def mounted(self, name: str) -> Iterator[Path]:
        """An image's files, to be read only.

        Raises:
            BuildError: it could not be mounted.
        """
        # What a killed run left.
        self._run("rm", _LOOKED_INTO)
        try:
            for arguments in (("from", "--pull-never", "--name", _LOOKED_INTO, name), ("mount", _LOOKED_INTO)):
                ended = self._run(*arguments)
                if ended.status:
                    raise BuildError(
                        f"looking into {name} failed", where=str(self._paths.storage), log=ended.tail(), next_step="run it as root"
                    )
            yield Path(ended.output.strip().rpartition("\n")[2])
        finally:
            self._run("umount", _LOOKED_INTO)
            self._run("rm", _LOOKED_INTO)

    def forget_former(self, keys: Mapping[str, str]) -> int:
        """Remove builds of the images in ``keys`` (name to present key) under any other key; returns how many there were."""
        stale = [
            name
            for name in sorted(self.sizes())
            for image, _, key in [name.removeprefix(f"{LOCAL}/").partition(":")]
            if name.startswith(f"{LOCAL}/") and key != keys.get(image, key)
        ]
        if stale:
            self._run("rmi", "--force", *stale)
        return len(stale)

    def forget_steps(self) -> None:
        """Remove what builds keep of their steps so that a changed Containerfile need not begin at its first line."""
        self._run("rmi", "--prune", "--force")

    def _run(
        self, *arguments: str, log: Path | None = None, tell: Callable[[str, float], None] | None = None, folder: Path | None = None
    ) -> Ended:
        return run([*self._buildah, *arguments], log=log, tell=tell, folder=folder)


def _bytes(text: str) -> int:
    """Buildah's `1.96 GB` as a number; it prints decimal units with four digits."""
    number, _, unit = text.partition(" ")
    return round(float(number) * {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}.get(unit.upper(), 1))
