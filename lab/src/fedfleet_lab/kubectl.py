"""The cluster through its own kubectl: the lab applies a few objects, and needs no client library for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from fedfleet_lab.artefacts import KUBERNETES
from fedfleet_lab.command import DEFAULT_TIMEOUT, Completed, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from fedfleet_lab.artefacts import ArtefactCache

MANAGER = "fedfleet-lab"


class Kubectl:
    """One cluster with the rights of one kubeconfig."""

    def __init__(self, artefacts: ArtefactCache, kubeconfig: Path) -> None:
        self._artefacts = artefacts
        self._kubeconfig = kubeconfig

    def run(self, *args: str, stdin: str | None = None, accept: tuple[int, ...] = (0,), timeout: float = DEFAULT_TIMEOUT) -> Completed:
        """Runs kubectl.

        Raises:
            CommandError: it ended with a code not in `accept`.
        """
        program = self._artefacts.path(KUBERNETES) / "kubectl"
        return run([program, "--kubeconfig", self._kubeconfig, *args], stdin=stdin, accept=accept, timeout=timeout)

    def apply(self, objects: Iterable[Mapping[str, object]], *, manager: str = MANAGER) -> None:
        """Applies objects on the server's side, taking over fields that others own.

        Raises:
            CommandError: the API server refused one.
        """
        text = yaml.safe_dump_all([dict(item) for item in objects], sort_keys=False)
        self.run("apply", "--server-side", "--force-conflicts", f"--field-manager={manager}", "-f", "-", stdin=text)

    def get(self, kind: str, name: str | None = None, namespace: str | None = None) -> Any:
        """Returns an object, or a List where no name is given; None where there is no such object.

        Raises:
            CommandError: the API server does not answer, or does not know the kind.
        """
        args = ["get", kind, *([name] if name else []), "-o", "json", "--ignore-not-found"]
        args += ["-n", namespace] if namespace else ["--all-namespaces"]
        # A single cluster-wide or namespaced name excludes --all-namespaces.
        if name and not namespace:
            args.remove("--all-namespaces")
        text = self.run(*args).stdout
        return json.loads(text) if text.strip() else None

    def wait(self, *args: str, timeout: float = 60.0) -> None:
        """Waits as `kubectl wait ARGS` does, for at most `timeout` seconds.

        Raises:
            CommandError: the condition did not come true in time.
        """
        self.run("wait", *args, f"--timeout={timeout:.0f}s", timeout=timeout + 10)

    def ready(self) -> bool:
        """Whether the API server says that it is ready to serve."""
        return self.run("get", "--raw", "/readyz", "--request-timeout=2s", accept=(0, 1), timeout=10).returncode == 0
