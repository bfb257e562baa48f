"""A session of vCenter's REST API: opened once, renewed when it ran out, always ended.

``POST /api/session`` with basic authentication answers 201 and the token as a JSON string; it goes into the header
``vmware-api-session-id``; ``DELETE /api/session`` ends it (vmware-vcenter 9.1.1 com/vmware/cis_client.py Session).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Reply, checked, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.vsphere.transport import Transport

SESSION_HEADER = "vmware-api-session-id"
_SESSION_PATH = "/api/session"


class Rest:
    """The REST API of one vCenter, as one user; safe to use from many threads. Paths are below ``/api``."""

    def __init__(self, transport: Transport, username: str, password: str) -> None:
        self._transport = transport
        self._who = (username, password)
        self._token = ""
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        """The server, as URL."""
        return self._transport.origin

    def open(self) -> None:
        """Log in.

        Raises:
            UnauthenticatedError: vCenter does not know the user or the password.
            UnreachableError, CertificateError, TimedOutError: no conversation came about.
        """
        # A session more than one needs is ended by vCenter when idle; so this POST may be sent again.
        reply = self._transport.send("POST", _SESSION_PATH, basic=self._who, repeatable=True)
        if reply.status == 401:
            raise errors.UnauthenticatedError(
                f"vCenter does not let {self._who[0]} in",
                status=401,
                error_type="UNAUTHENTICATED",
                expected="a user name with its domain, such as administrator@vsphere.local, and its password",
                where=reply.where,
                next_step="Check user name and password, and that the account is neither locked nor expired",
            )
        self._token = read(str, checked(reply).json(), reply.where)

    def close(self) -> None:
        """Log out. A vCenter that cannot be reached any more ends the session itself."""
        token, self._token = self._token, ""
        if not token:
            return
        try:
            self._transport.send("DELETE", _SESSION_PATH, headers={SESSION_HEADER: token}, repeatable=False)
        except errors.UnreachableError:
            return

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """What is there; raises as ``call`` does."""
        return self.call("GET", path, query=query).json()

    def find(self, path: str) -> Any | None:
        """What is there, or None where vCenter says that there is none.

        Raises:
            NoSuchOperationError: this vCenter has no such path at all.
        """
        try:
            return self.get(path)
        except errors.NoSuchOperationError:
            raise
        except errors.NotFoundError:
            return None

    def post(
        self,
        path: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Any:
        """Create something, or ask what is asked by POST (``repeatable``); what came back, None for nothing."""
        return self.call("POST", path, body=body, query=query, headers=headers, repeatable=repeatable).json()

    def patch(self, path: str, body: object) -> None:
        """Change the given fields."""
        self.call("PATCH", path, body=body)

    def put(self, path: str, body: object, query: Mapping[str, str] | None = None) -> None:
        """Set the whole."""
        self.call("PUT", path, body=body, query=query)

    def delete(self, path: str, query: Mapping[str, str] | None = None) -> bool:
        """Remove it; False where there was none."""
        try:
            self.call("DELETE", path, query=query)
        except errors.NoSuchOperationError:
            raise
        except errors.NotFoundError:
            return False
        return True

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Reply:
        """One request, of which the answer is one of success.

        A session that vCenter no longer knows is opened anew, once.

        Raises:
            ApiError: of the type that fits. UnreachableError: no answer came.
        """

        def send(token: str) -> Reply:
            return self._transport.send(
                method, f"/api{path}", body=body, query=query, headers={**(headers or {}), SESSION_HEADER: token}, repeatable=repeatable
            )

        token = self._token
        reply = send(token)
        if reply.status == 401:
            with self._lock:
                # Another thread may have been here first.
                if self._token == token:
                    self.open()
            reply = send(self._token)
        return checked(reply)
