"""The image registry on the host's bridge address: nodes pull from it, whoever builds images pushes to it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from fedfleet_lab.action import ActionStatus
from fedfleet_lab.artefacts import REGISTRY
from fedfleet_lab.cluster.pki import write_secret
from fedfleet_lab.daemons import Daemon
from fedfleet_lab.host.ports import wait_for_port

if TYPE_CHECKING:
    from pathlib import Path

    from fedfleet_lab.context import Context

PORT = 5000


@dataclass(frozen=True)
class Registry:
    """Keeps the registry running. All labs of a user serve the same folder, so that an image is pushed once."""

    name: str = "registry"
    title: str = "start the image registry"

    def up(self, ctx: Context) -> None:
        """Starts the registry and waits until it accepts connections."""
        settings = _settings(ctx)
        program = str(ctx.artefacts.path(REGISTRY) / "registry")
        # The registry exports traces to whatever listens on localhost unless told not to.
        env = {"OTEL_TRACES_EXPORTER": "none"}
        ctx.daemons.ensure(Daemon(self.name, (program, "serve", str(settings)), env, inputs=(settings,)))
        wait_for_port(ctx.daemons, self.name, str(ctx.config.host), PORT)

    def down(self, ctx: Context) -> None:
        """Stops the registry; images stay in the cache."""
        ctx.daemons.stop(self.name)

    def status(self, ctx: Context) -> ActionStatus:
        """Says whether the registry runs."""
        running = ctx.daemons.running(self.name)
        detail = f"{ctx.config.registry}" if running else "not running"
        return ActionStatus(self.name, running is not None, detail, {"address": ctx.config.registry})


def _settings(ctx: Context) -> Path:
    """Writes the settings (distribution v3 `configuration` package) and returns where."""
    path = ctx.paths.control_plane / "registry.yml"
    secret = yaml.safe_load(path.read_text())["http"]["secret"] if path.exists() else secrets.token_hex(16)
    ctx.paths.registry.mkdir(parents=True, exist_ok=True)
    document = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(ctx.paths.registry)},
            # No cache of what exists: another lab's registry may have changed it.
            "delete": {"enabled": True},
        },
        "http": {"addr": ctx.config.registry, "secret": secret},
    }
    text = yaml.safe_dump(document, sort_keys=False)
    if not path.exists() or path.read_text() != text:
        write_secret(path, text.encode())
    return path
