"""Logging in to a Supervisor, as kubectl's vSphere plug-in does: a token for its API, kept in memory.

The plug-in's protocol is not published; what is used of it is what two public clients agree on (``/wcp/login`` answers a JSON object
with ``session_id``, a JSON Web Token that the API takes as a bearer token for about ten hours).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import httpx

from fedfleet.kube import Client
from fedfleet.vsphere.errors import AnswerError, CertificateError, UnauthenticatedError, UnreachableError
from fedfleet.vsphere.rest import tls_context

_TIMEOUT = 30.0
_REFUSED = (401, 403)
_API_PORT = 6443


@dataclass(frozen=True)
class Login:
    """A Supervisor's API, and who we are there.

    Attributes:
        endpoint: the Supervisor's address.
        token: what opens it; kept out of `repr`.
        ca: PEM of the authorities that vouch for it.
    """

    endpoint: str
    token: str = field(repr=False)
    ca: bytes

    @property
    def server(self) -> str:
        """URL of the API."""
        return f"https://{self.endpoint}:{_API_PORT}"

    def connect(self, namespace: str) -> Client:
        """Opens a session with the API.

        Raises:
            KubeError: it does not answer, or does not take the token.
        """
        return Client.with_token(self.server, self.token, ca=self.ca, namespace=namespace)


def log_in(endpoint: str, username: str, password: str, ca_file: str | None) -> Login:
    """Logs in to the Supervisor at that address.

    Raises:
        CertificateError: its certificate is not trusted. UnauthenticatedError: wrong name or password.
        UnreachableError: it does not answer. AnswerError: it answers something else.
    """
    where = f"POST https://{endpoint}/wcp/login"
    try:
        with httpx.Client(verify=tls_context(ca_file), timeout=_TIMEOUT, trust_env=False) as client:
            reply = client.post(f"https://{endpoint}/wcp/login", auth=httpx.BasicAuth(username, password), json={})
    except httpx.HTTPError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise CertificateError(
                "The Supervisor's certificate is not trusted",
                expected="one that the authorities in vcenter_ca_file vouch for, for this very address",
                found=str(error),
                where=where,
                next_step="Add the authority of the Supervisor's certificate to that file",
            ) from error
        raise UnreachableError(
            "The Supervisor does not answer",
            found=str(error) or type(error).__name__,
            where=where,
            next_step="Check the way from here to its ports 443 and 6443",
        ) from error
    if reply.status_code in _REFUSED:
        raise UnauthenticatedError(
            "The Supervisor does not let us in",
            status=reply.status_code,
            expected=f"that {username} may log in",
            where=where,
            next_step="Check name and password; the name carries its domain, as in user@vsphere.local",
        )
    token = reply.json().get("session_id") if reply.is_success else None
    if not token:
        raise AnswerError(
            "The Supervisor's login service answered something else",
            status=reply.status_code,
            expected="a session_id",
            found=f"{reply.status_code}",
            where=where,
            next_step="Check that the address is a Supervisor's, and not vCenter's or a load balancer's",
        )
    return Login(endpoint, token, b"" if ca_file is None else Path(ca_file).read_bytes())
