"""A registry as a site has it: TLS by a CA of its own, and nobody gets in without a password."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from fedfleet_lab.artefacts import REGISTRY
from fedfleet_lab.cli_context import context
from fedfleet_lab.cluster.pki import Authority, Leaf
from support.cluster import eventually

USER = "ops"
PASSWORD = "correct horse"
# Hashed by the C library, as htpasswd would.
_HASH = ["perl", "-e", 'print crypt($ARGV[0], "\\$2y\\$05\\$abcdefghijklmnopqrstuu")', PASSWORD]


@dataclass(frozen=True)
class SiteRegistry:
    """A running registry."""

    address: str
    ca: Path
    folder: Path

    @property
    def env_file(self) -> Path:
        """Its credentials as `fedfleet images push --env-file` takes them."""
        path = self.folder / "registry.env"
        path.touch(mode=0o600)
        path.write_text(f"FEDFLEET_REGISTRY_USER={USER}\nFEDFLEET_REGISTRY_PASSWORD='{PASSWORD}'\n")
        return path

    def blobs(self) -> list[Path]:
        """What it has, each blob once."""
        return sorted(self.folder.glob("content/docker/registry/v2/blobs/sha256/*/*/data"))


@contextmanager
def site_registry(folder: Path, host: str = "127.0.0.1") -> Iterator[SiteRegistry]:
    """Start a registry that keeps everything in `folder`, and stop it after."""
    program = context("lab", None).artefacts.path(REGISTRY) / "registry"
    pair = Authority(folder / "ca", "site").issue("registry", Leaf("registry", (), (host,), server=True, client=False))
    with socket.socket() as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    hashed = subprocess.run(_HASH, check=True, capture_output=True, text=True).stdout
    (folder / "htpasswd").write_text(f"{USER}:{hashed}\n")
    settings = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "content")}},
        "auth": {"htpasswd": {"realm": "site", "path": str(folder / "htpasswd")}},
        "http": {"addr": f"{host}:{port}", "secret": "s", "tls": {"certificate": str(pair.certificate), "key": str(pair.key)}},
    }
    (folder / "registry.yml").write_text(yaml.safe_dump(settings))
    argv = [str(program), "serve", str(folder / "registry.yml")]
    with (
        (folder / "registry.log").open("wb") as log,
        subprocess.Popen(argv, stdout=log, stderr=log, env={"OTEL_TRACES_EXPORTER": "none"}) as child,
    ):
        try:
            eventually(lambda: _listens(child, host, port), "the site's registry listens")
            yield SiteRegistry(f"{host}:{port}", folder / "ca" / "ca.crt", folder)
        finally:
            child.terminate()


def _listens(child: subprocess.Popen[bytes], host: str, port: int) -> bool:
    assert child.poll() is None, "the site's registry ended"
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
