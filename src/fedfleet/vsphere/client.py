"""The one client: everything FedFleet asks of a vCenter goes through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.vsphere.session import Rest
from fedfleet.vsphere.soap import Soap
from fedfleet.vsphere.transport import Transport, tls_context

if TYPE_CHECKING:
    from pathlib import Path
    from ssl import SSLContext
    from types import TracebackType


class Client:
    """A session with one vCenter; a context manager. What it can do are the functions of this package, which take it.

    Attributes:
        rest: the REST API, logged in.
        soap: the SOAP API; it logs in when it is first used.
    """

    def __init__(self, transport: Transport, rest: Rest, soap: Soap) -> None:
        self._transport = transport
        self.rest = rest
        self.soap = soap

    @classmethod
    def connect(cls, hostname: str, username: str, password: str, *, ca_file: str | Path | None = None, port: int = 443) -> Client:
        """Log in. The certificate is always verified: against ``ca_file``, else against what the system trusts.

        Raises:
            SettingsError: ``ca_file`` cannot be used.
            UnauthenticatedError: vCenter does not let the user in.
            UnreachableError, CertificateError, TimedOutError: no conversation came about.
        """
        context: SSLContext = tls_context(ca_file)
        transport = Transport(hostname, port, context)
        rest = Rest(transport, username, password)
        client = cls(transport, rest, Soap(hostname, port, username, password, context))
        try:
            rest.open()
        except BaseException:
            client.close()
            raise
        return client

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End both sessions and close every connection."""
        try:
            self.soap.close()
        finally:
            try:
                self.rest.close()
            finally:
                self._transport.close()
