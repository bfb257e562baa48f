"""Logging in to a Supervisor, as ``kubectl vsphere login`` does.

``POST https://SUPERVISOR/wcp/login`` with basic authentication answers 200 and ``{"session_id": TOKEN}``; the token is a bearer token of
the Supervisor's Kubernetes API on port 6443, for about ten hours (docs.vmware.com, vSphere 8.0, GUID-3B33C8A5). With ``guest_cluster_name``
and ``guest_cluster_namespace`` in the body the answer also has ``guest_cluster_server`` and ``guest_cluster_ca``, and the token is one of
that cluster. No binding of VMware's describes these calls: they are those of its plugin, as vmware-skills/VMware-VKS f272bf1 has them too.
Tokens are kept in memory.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import Field

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Answer, checked, read
from fedfleet.vsphere.transport import Transport, tls_context

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = "/wcp/login"
API_PORT = 6443

_PEM = "-----BEGIN"


class LoginAnswer(Answer):
    """What ``/wcp/login`` answers."""

    session_id: str = Field(repr=False, min_length=1)
    guest_cluster_server: str = ""
    guest_cluster_ca: str = ""


@dataclass(frozen=True)
class Login:
    """A token for one Kubernetes API.

    Attributes:
        server: the API's URL.
        token: bearer token; never in ``repr``.
        expires: when it ends; None where the token does not say.
        ca_pem: who vouches for the API; None for what the system trusts.
    """

    server: str
    username: str
    token: str = field(repr=False)
    expires: datetime | None = None
    ca_pem: str | None = None

    def seconds_left(self, now: datetime | None = None) -> float | None:
        """Seconds until the token ends; None where it does not say."""
        return None if self.expires is None else (self.expires - (now or datetime.now(UTC))).total_seconds()


def login(
    address: str,
    username: str,
    password: str,
    *,
    ca_file: str | Path | None = None,
    ca_pem: str | None = None,
    port: int = 443,
    api_port: int = API_PORT,
) -> Login:
    """Log in to the Supervisor at ``address`` and return its token.

    Raises:
        UnauthenticatedError: the Supervisor does not let the user in.
        UnreachableError, CertificateError, TimedOutError: no conversation came about.
    """
    answer = _ask(address, username, password, ca_file, ca_pem, port, {})
    pem = _authorities(ca_file, ca_pem)
    return Login(_url(address, api_port), username, answer.session_id, expiry(answer.session_id), pem)


def login_to_cluster(
    address: str,
    username: str,
    password: str,
    cluster: str,
    namespace: str,
    *,
    ca_file: str | Path | None = None,
    ca_pem: str | None = None,
    port: int = 443,
) -> Login:
    """Log in to a workload cluster through the Supervisor at ``address``.

    Raises:
        NotFoundError: the Supervisor has no such cluster, or it has no API yet.
        UnauthenticatedError: the Supervisor does not let the user in.
    """
    body = {"guest_cluster_name": cluster, "guest_cluster_namespace": namespace}
    answer = _ask(address, username, password, ca_file, ca_pem, port, body)
    if not answer.guest_cluster_server:
        # That is how a Supervisor says that there is none.
        raise errors.NotFoundError(
            f"The Supervisor has no cluster {cluster} that could be logged in to",
            status=200,
            expected="a cluster whose API is up",
            found="no guest_cluster_server in the answer",
            where=f"{namespace}/{cluster} at {address}",
            next_step="Check name and namespace, and wait until the cluster is available",
        )
    server = _url(answer.guest_cluster_server, API_PORT)
    return Login(server, username, answer.session_id, expiry(answer.session_id), pem_of(answer.guest_cluster_ca))


def expiry(token: str) -> datetime | None:
    """When a JWT says that it ends (RFC 7519, 4.1.4); None for any other token. The signature is the server's business."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError):
        return None


def pem_of(given: str) -> str | None:
    """A CA that is PEM, or base64 of PEM: which of them a Supervisor sends is not documented, and public clients read it both ways."""
    if not given.strip():
        return None
    if _PEM in given:
        return given
    try:
        decoded = base64.b64decode(given, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        decoded = ""
    if _PEM not in decoded:
        raise errors.AnswerError(
            "The CA of the cluster cannot be read",
            expected="PEM, or PEM in base64",
            found=given[:40],
            where=LOGIN,
            next_step="Use the cluster's kubeconfig Secret instead",
        )
    return decoded


def _ask(
    address: str, username: str, password: str, ca_file: str | Path | None, ca_pem: str | None, port: int, body: dict[str, str]
) -> LoginAnswer:
    transport = Transport(address, port, tls_context(ca_file, ca_pem))
    try:
        # A token more than one needs does no harm: the request may be sent again.
        reply = transport.send("POST", LOGIN, body=body, basic=(username, password), repeatable=True)
    finally:
        transport.close()
    if reply.status in (401, 403):
        raise errors.UnauthenticatedError(
            f"The Supervisor does not let {username} in",
            status=reply.status,
            expected="a user of vCenter Single Sign-On with a role in a namespace, such as dev@vsphere.local, and its password",
            where=reply.where,
            next_step="Check user name and password, and the namespace's access list",
        )
    return read(LoginAnswer, checked(reply).json(), reply.where)


def _authorities(ca_file: str | Path | None, ca_pem: str | None) -> str | None:
    from pathlib import Path

    read_in = Path(ca_file).expanduser().read_text(encoding="utf-8") if ca_file else ""
    return "\n".join(filter(None, [read_in, ca_pem or ""])) or None


def _url(address: str, port: int) -> str:
    host = f"[{address}]" if address.count(":") > 1 and not address.startswith("[") else address
    return f"https://{host}" if host.rpartition(":")[2].isdigit() and host.count(":") == 1 else f"https://{host}:{port}"
