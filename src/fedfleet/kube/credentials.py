"""The Authorization header and client certificate of a user, refreshed when they run out."""

from __future__ import annotations

import base64
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fedfleet.kube.errors import KubeconfigError

if TYPE_CHECKING:
    from fedfleet.kube.kubeconfig import Access

# Bound service account tokens are rewritten by the kubelet long before they end; client-go reads them every minute.
_TOKEN_FILE_SECONDS = 60.0
_EXPIRY_MARGIN = timedelta(minutes=1)


class Credentials:
    """Who we are to one API; safe to use from many threads.

    Raises:
        KubeconfigError: from any method, when a token file or a credential plugin fails.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._lock = threading.Lock()
        self._token: str | None = access.token
        self._read_at: float | None = None
        self._expires: datetime | None = None
        self.certificate = access.certificate
        self.key = access.key
        if access.plugin is not None and not (access.token or access.token_file or access.certificate):
            self._ask_plugin()

    def header(self) -> dict[str, str]:
        """The Authorization header, or nothing where a client certificate says who we are."""
        if self._access.basic is not None:
            pair = ":".join(self._access.basic).encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        with self._lock:
            if self._access.token_file is not None and not self._access.token:
                self._read_token_file()
            elif self._expires is not None and datetime.now(UTC) >= self._expires - _EXPIRY_MARGIN:
                self._ask_plugin()
            return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _read_token_file(self) -> None:
        path = self._access.token_file
        now = time.monotonic()
        if path is None or (self._read_at is not None and now - self._read_at < _TOKEN_FILE_SECONDS):
            return
        try:
            self._token = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise KubeconfigError("The token file cannot be read", found=str(error.strerror), where=str(path)) from error
        self._read_at = now

    def _ask_plugin(self) -> None:
        """Run the user's credential plugin through the ``kubernetes`` package, which knows their protocols."""
        # Imported only where needed: it takes longer than the rest of the session.
        from kubernetes.client.configuration import Configuration
        from kubernetes.config.config_exception import ConfigException
        from kubernetes.config.exec_provider import ExecProvider
        from kubernetes.config.kube_config import ConfigNode, KubeConfigLoader

        plugin = self._access.plugin or {}
        cluster = {"server": self._access.server}
        if self._access.ca:
            cluster["certificate-authority-data"] = base64.b64encode(self._access.ca).decode()
        try:
            if "exec" in plugin:
                provider = ExecProvider(ConfigNode("exec", plugin["exec"]), str(self._access.folder), ConfigNode("cluster", cluster))
                self._take(provider.run())
                return
            loader = KubeConfigLoader(
                {
                    "current-context": "c",
                    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                    "clusters": [{"name": "c", "cluster": {"server": self._access.server}}],
                    "users": [{"name": "u", "user": plugin}],
                }
            )
            configuration = Configuration()
            loader.load_and_set(configuration)
            self._token = next(iter(configuration.api_key.values()), "").removeprefix("Bearer ") or None
        except (ConfigException, OSError) as error:
            command = (plugin.get("exec") or {}).get("command") or (plugin.get("auth-provider") or {}).get("name")
            raise KubeconfigError(
                f"The credential plugin {command!r} did not give credentials",
                found=str(error),
                where=f"context {self._access.context} in {self._access.source}",
                next_step="Run the plugin by hand; log in again if it asks for that",
            ) from error

    def _take(self, status: dict[str, Any]) -> None:
        """Keep what an ExecCredential (client.authentication.k8s.io/v1) carries."""
        self._token = status.get("token")
        if status.get("clientCertificateData"):
            self.certificate = status["clientCertificateData"].encode()
            self.key = (status.get("clientKeyData") or "").encode()
        expires = status.get("expirationTimestamp")
        self._expires = datetime.fromisoformat(expires) if expires else None
        if not self._token and self.certificate is None:
            raise KubeconfigError(
                "The credential plugin gave neither a token nor a certificate",
                where=f"context {self._access.context} in {self._access.source}",
            )
