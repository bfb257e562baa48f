"""What the certificate in an answer says."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from fedfleet.pki.certificates import CertificateFacts, facts_of, load_certificate

if TYPE_CHECKING:
    from fedfleet.probe.asking import Answer


def peer_of(answer: Answer) -> CertificateFacts | None:
    """The facts of the peer's certificate; None where the answer carries none."""
    certificate = load_certificate(base64.b64decode(answer.peer)) if answer.peer else None
    return facts_of(certificate) if certificate else None


def self_signed_peer(answer: Answer) -> bool:
    """Whether the peer still shows a certificate of its own making, as a party does before it has its admission."""
    facts = peer_of(answer)
    return facts is not None and facts.subject == facts.issuer
