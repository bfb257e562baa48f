"""Failures below HTTP, told as sentences: what was tried, what happened, what to look at."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from fedfleet.causes import chain as chain_of
from fedfleet.causes import root
from fedfleet.kube.errors import CertificateError, KubeconfigError, TimedOutError, UnreachableError

if TYPE_CHECKING:
    from fedfleet.kube.kubeconfig import Access


# What OpenSSL calls alerts and ends that say that bytes came garbled, or that the other side had too much to do; all others are verdicts, on
# certificates and versions, which come again. One in many thousand handshakes with a busy API server ends so.
_PASSING = frozenset(
    {
        "DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
        "SSLV3_ALERT_BAD_RECORD_MAC",
        "TLSV1_ALERT_DECODE_ERROR",
        "TLSV1_ALERT_DECRYPT_ERROR",
        "TLSV1_ALERT_INTERNAL_ERROR",
        "UNEXPECTED_EOF_WHILE_READING",
    }
)


def may_pass(error: Exception) -> bool:
    """Whether the same conversation may well succeed when it is tried again: it broke off, and nobody has judged it."""
    return any(
        isinstance(cause, ProtocolError) or (isinstance(cause, ssl.SSLError) and cause.reason in _PASSING) for cause in chain_of(error)
    )


def told(error: Exception, access: Access) -> UnreachableError:
    """The typed error for a failed conversation with the API of ``access``."""
    where = access.origin
    chain = list(chain_of(error))
    certificate = next((cause for cause in chain if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return _certificate(certificate, access, where)
    if any(isinstance(cause, ProxyError) for cause in chain):
        return UnreachableError(
            "The proxy does not lead to the Kubernetes API",
            found=root(chain),
            where=where,
            next_step="Check the kubeconfig's proxy-url, or HTTPS_PROXY and NO_PROXY",
        )
    if any(isinstance(cause, (NameResolutionError, socket.gaierror)) for cause in chain):
        return UnreachableError(
            "The name of the Kubernetes API does not resolve",
            found=root(chain),
            where=where,
            next_step="Check the server's name in the kubeconfig, and this machine's DNS",
        )
    if any(isinstance(cause, (ssl.SSLError, SSLError)) for cause in chain):
        return UnreachableError(
            "TLS with the Kubernetes API failed",
            expected="an HTTPS server that accepts this client",
            found=root(chain),
            where=where,
            next_step="Check that the address and port are the API's",
        )
    # In urllib3 a refused connection is a kind of connect timeout, so it is looked for first.
    if any(isinstance(cause, (NewConnectionError, ConnectionRefusedError)) for cause in chain):
        return UnreachableError(
            "The Kubernetes API cannot be reached",
            found=root(chain),
            where=where,
            next_step="Check that the cluster is up, and the server's address and port in the kubeconfig",
        )
    if any(isinstance(cause, (ConnectTimeoutError, ReadTimeoutError, TimeoutError)) for cause in chain):
        return TimedOutError(
            "The Kubernetes API did not answer in time",
            found=root(chain),
            where=where,
            next_step="Check the route and the firewall between this machine and the API, and whether it is overloaded",
        )
    return UnreachableError(
        "The conversation with the Kubernetes API broke off",
        found=root(chain),
        where=where,
        next_step="Run again; if it stays, look at the API server's or the load balancer's log",
    )


def unusable_material(error: ssl.SSLError, access: Access) -> KubeconfigError:
    """The CA, certificate or key of the kubeconfig is not usable."""
    return KubeconfigError(
        "The kubeconfig's CA, client certificate or client key cannot be used",
        expected="PEM, and a key that belongs to the certificate",
        found=error.reason or str(error),
        where=f"context {access.context} in {access.source}",
        next_step="Fetch the kubeconfig again from the cluster's provider",
    )


def _certificate(error: ssl.SSLCertVerificationError, access: Access, where: str) -> CertificateError:
    if "mismatch" in error.verify_message or error.verify_code in (62, 64):
        return CertificateError(
            "The API's certificate is for another name",
            expected=f"a certificate for {access.server_name or access.server}",
            found=error.verify_message,
            where=where,
            next_step="Use a name of the certificate as server, or set tls-server-name in the kubeconfig",
        )
    authority = "the kubeconfig's certificate-authority" if access.ca is not None else "an authority this system trusts"
    return CertificateError(
        "The API's certificate cannot be trusted",
        expected=f"a certificate signed by {authority}",
        found=error.verify_message,
        where=where,
        next_step="Fetch the kubeconfig again; if a TLS-inspecting proxy is in between, exempt the API from it",
    )
