"""From kubeconfig files to how one cluster is reached and as whom.

The format is Kubernetes' ``clientcmd/api/v1``. It is read here, and not by the ``kubernetes`` package, because
importing that takes longer than most of our conversations with an API (0.4 s against 0.05 s) and because its errors
don't say which contexts there are. Credential plugins, whose protocols are another matter, are left to it.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fedfleet.kube.errors import KubeconfigError
from fedfleet.safe_yaml import safe_load

_IN_CLUSTER = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Access:
    """How to reach one cluster, and as whom. Secrets are kept out of ``repr``.

    Attributes:
        server: the API's URL, without a slash at the end.
        context: name of the context it came from, for messages.
        source: the file or files it came from, for messages.
        namespace: the context's namespace.
        ca: PEM of the authorities that vouch for the API; None for the system's.
        verify: whether the API's certificate is checked.
        server_name: name expected in that certificate instead of the URL's host; None for the URL's.
        proxy: URL of the proxy that leads there; None for what the environment says.
        certificate, key: the client's, as PEM.
        token: a bearer token. token_file: a file that holds one and is read again when it changes.
        basic: user and password.
        plugin: the user's section when a credential plugin must be asked (``exec`` or ``auth-provider``).
        folder: where that section's relative paths start from.
    """

    server: str
    context: str
    source: str
    namespace: str = "default"
    ca: bytes | None = None
    verify: bool = True
    server_name: str | None = None
    proxy: str | None = None
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    token_file: Path | None = None
    basic: tuple[str, str] | None = field(default=None, repr=False)
    plugin: dict[str, Any] | None = field(default=None, repr=False)
    folder: Path = Path()

    @property
    def origin(self) -> str:
        """Which API this is and where we know it from, for messages."""
        return f"{self.server} (context {self.context} in {self.source})"


def load(kubeconfig: Path | None, context: str | None) -> Access:
    """Find out how to reach the cluster of ``context``, or of the current context.

    Without ``kubeconfig``: the files of KUBECONFIG (merged, the first to name something wins), ``~/.kube/config``,
    or the service account of the pod we run in.

    Raises:
        KubeconfigError: no file, not a kubeconfig, no such context, or what it refers to is missing.
    """
    if kubeconfig is not None:
        paths = [kubeconfig.expanduser()]
    else:
        named = os.environ.get("KUBECONFIG", "")
        paths = [Path(part).expanduser() for part in named.split(os.pathsep) if part]
        paths = paths or [Path("~/.kube/config").expanduser()]
    present = [path for path in paths if path.exists()]
    if not present:
        if kubeconfig is None and context is None and os.environ.get("KUBERNETES_SERVICE_HOST"):
            return _in_cluster()
        raise KubeconfigError(
            "There is no kubeconfig",
            expected="a kubeconfig file",
            found="no such file",
            where=", ".join(map(str, paths)),
            next_step="Set cluster_kubeconfig (or KUBECONFIG) to the file your platform team gave you",
        )
    merged = _merge([_read(path) for path in present])
    return _access(merged, context, ", ".join(map(str, present)))


def parse(text: str, source: str) -> Access:
    """The same of a kubeconfig that is not in a file, such as one of a Secret; ``source`` says where it is from, for messages.

    Raises:
        KubeconfigError: not a kubeconfig, no current context, or what it refers to is missing.
    """
    return _access(_merge([(_content(text, source), Path())]), None, source)


@dataclass
class _Merged:
    """The named entries of all files, each with the folder its relative paths start from."""

    current: str = ""
    clusters: dict[str, tuple[dict[str, Any], Path]] = field(default_factory=dict)
    users: dict[str, tuple[dict[str, Any], Path]] = field(default_factory=dict)
    contexts: dict[str, dict[str, Any]] = field(default_factory=dict)


def _read(path: Path) -> tuple[dict[str, Any], Path]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _not_yaml(str(path)) from None
    except OSError as error:
        raise KubeconfigError(
            "The kubeconfig cannot be read",
            found=str(error.strerror),
            where=str(path),
            next_step="Make the file readable for the user that runs the playbook",
        ) from error
    return _content(text, str(path)), path.parent


def _content(text: str, source: str) -> dict[str, Any]:
    try:
        content = safe_load(text)
    except yaml.YAMLError as error:
        # The parser's message may quote the line, and the line may be a key.
        mark = getattr(error, "problem_mark", None)
        raise _not_yaml(f"{source}, line {mark.line + 1}" if mark else source) from None
    if not isinstance(content, dict) or content.get("kind", "Config") != "Config":
        raise KubeconfigError(
            "The file is not a kubeconfig",
            expected="a mapping of kind Config with clusters, users and contexts",
            found="nothing"
            if content is None
            else f"a {type(content).__name__}"
            if not isinstance(content, dict)
            else f"kind {content.get('kind')}",
            where=source,
        )
    return content


def _not_yaml(place: str) -> KubeconfigError:
    return KubeconfigError("The kubeconfig is not YAML", where=place, next_step="Fetch the file again from the cluster's provider")


def _merge(files: list[tuple[dict[str, Any], Path]]) -> _Merged:
    merged = _Merged()
    for content, folder in files:
        merged.current = merged.current or content.get("current-context") or ""
        for entry in content.get("clusters") or []:
            merged.clusters.setdefault(entry.get("name", ""), (entry.get("cluster") or {}, folder))
        for entry in content.get("users") or []:
            merged.users.setdefault(entry.get("name", ""), (entry.get("user") or {}, folder))
        for entry in content.get("contexts") or []:
            merged.contexts.setdefault(entry.get("name", ""), entry.get("context") or {})
    return merged


def _access(merged: _Merged, wanted: str | None, source: str) -> Access:
    name = wanted or merged.current
    if not name and len(merged.contexts) == 1:
        name = next(iter(merged.contexts))
    if name not in merged.contexts:
        known = ", ".join(sorted(merged.contexts)) or "none"
        raise KubeconfigError(
            f"The kubeconfig has no context {name!r}" if name else "The kubeconfig names no current context",
            expected=f"one of its contexts: {known}",
            found=repr(name) if name else "no choice",
            where=source,
            next_step="Set cluster_context to one of them",
        )
    context = merged.contexts[name]
    cluster_name, user_name = context.get("cluster") or "", context.get("user") or ""
    if cluster_name not in merged.clusters:
        raise KubeconfigError(
            f"Context {name!r} refers to a cluster that the kubeconfig does not have",
            expected=f"one of: {', '.join(sorted(merged.clusters)) or 'none'}",
            found=repr(cluster_name),
            where=source,
        )
    if user_name and user_name not in merged.users:
        raise KubeconfigError(
            f"Context {name!r} refers to a user that the kubeconfig does not have",
            expected=f"one of: {', '.join(sorted(merged.users)) or 'none'}",
            found=repr(user_name),
            where=source,
        )
    cluster, cluster_folder = merged.clusters[cluster_name]
    user, user_folder = merged.users.get(user_name, ({}, cluster_folder))
    server = str(cluster.get("server") or "").rstrip("/")
    if not server.startswith(("https://", "http://")):
        raise KubeconfigError(
            f"Cluster {cluster_name!r} has no API address",
            expected="server: https://HOST:PORT",
            found=repr(server),
            where=source,
        )
    token_file = user.get("tokenFile")
    basic = (user["username"], user.get("password") or "") if user.get("username") else None
    return Access(
        server=server,
        context=name,
        source=source,
        namespace=context.get("namespace") or "default",
        ca=_pem(cluster, "certificate-authority", cluster_folder, source),
        verify=not cluster.get("insecure-skip-tls-verify", False),
        server_name=cluster.get("tls-server-name") or None,
        proxy=cluster.get("proxy-url") or None,
        certificate=_pem(user, "client-certificate", user_folder, source),
        key=_pem(user, "client-key", user_folder, source),
        token=user.get("token") or None,
        token_file=user_folder / token_file if token_file else None,
        basic=basic,
        plugin=user if "exec" in user or "auth-provider" in user else None,
        folder=user_folder,
    )


def _pem(section: dict[str, Any], key: str, folder: Path, source: str) -> bytes | None:
    """The PEM that ``key`` names: inline as ``key-data`` (which wins), or in a file beside the kubeconfig."""
    inline = section.get(f"{key}-data")
    if inline:
        try:
            return base64.b64decode(inline, validate=True)
        except (binascii.Error, ValueError) as error:
            raise KubeconfigError(
                f"{key}-data is not base64",
                expected="PEM, base64-encoded on one line",
                where=source,
                next_step="Fetch the kubeconfig again from the cluster's provider",
            ) from error
    if not section.get(key):
        return None
    path = folder / str(section[key])
    try:
        return path.read_bytes()
    except OSError as error:
        raise KubeconfigError(
            f"The {key} that the kubeconfig names cannot be read",
            found=str(error.strerror),
            where=f"{path} (from {source})",
            next_step="Put the file there, or embed it (kubectl config view --raw --flatten)",
        ) from error


def _in_cluster() -> Access:
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    try:
        ca = (_IN_CLUSTER / "ca.crt").read_bytes()
        namespace = (_IN_CLUSTER / "namespace").read_text(encoding="utf-8").strip()
    except OSError as error:
        raise KubeconfigError(
            "There is neither a kubeconfig nor a usable service account",
            found=str(error.strerror),
            where=str(error.filename),
            next_step="Set cluster_kubeconfig (or KUBECONFIG)",
        ) from error
    return Access(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        context="in-cluster",
        source=str(_IN_CLUSTER),
        namespace=namespace,
        ca=ca,
        token_file=_IN_CLUSTER / "token",
    )
