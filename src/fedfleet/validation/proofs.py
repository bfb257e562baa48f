"""Proofs kept in the site's own namespace, so that whoever runs next knows what was proven, when, and on what inputs.

The ConfigMap ``fedfleet-proofs`` holds one JSON value a proof. Jobs take minutes of computing from researchers: they are
repeated when something they depend on has changed, or when somebody asks for it.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fedfleet.validation.ladder import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedfleet.kube import Client

CONFIG_MAP = "fedfleet-proofs"
_NOT_IN_A_KEY = re.compile(r"[^-._a-zA-Z0-9]+")


def key_of(proof: Proof) -> str:
    """The proof's key in the ConfigMap: letters, digits, ``-``, ``_`` and ``.`` only."""
    return f"rung-{proof.rung}." + _NOT_IN_A_KEY.sub("-", proof.subject.replace("→", "to")).strip("-")


def dump(proof: Proof) -> str:
    """The proof as one line of JSON."""
    return json.dumps(
        {
            "rung": proof.rung,
            "subject": proof.subject,
            "ok": proof.ok,
            "seconds": round(proof.seconds, 1),
            "detail": proof.detail,
            "proven_at": proof.proven_at.astimezone(UTC).isoformat(timespec="seconds"),
            "inputs": proof.inputs,
        },
        ensure_ascii=False,
    )


def load(text: str) -> Proof | None:
    """The proof in ``text``, or None when it was not written by this version: an unreadable proof proves nothing."""
    try:
        kept: Any = json.loads(text)
        return Proof(
            rung=int(kept["rung"]),
            subject=str(kept["subject"]),
            ok=bool(kept["ok"]),
            seconds=float(kept["seconds"]),
            detail=str(kept["detail"]),
            proven_at=datetime.fromisoformat(kept["proven_at"]),
            inputs=str(kept["inputs"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


class ProofStore:
    """The proofs of one site."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client = client
        self._namespace = namespace
        found = client.get("ConfigMap", CONFIG_MAP, namespace)
        kept: Mapping[str, str] = (found or {}).get("data") or {}
        self._kept = {key: proof for key, text in kept.items() if (proof := load(text)) is not None}

    def kept(self) -> tuple[Proof, ...]:
        """All of them, by rung and subject."""
        return tuple(sorted(self._kept.values(), key=lambda proof: (proof.rung, proof.subject)))

    def still_good(self, wanted: Proof) -> Proof | None:
        """The kept proof for the same rung, subject and inputs, if it held."""
        kept = self._kept.get(key_of(wanted))
        return kept if kept is not None and kept.ok and kept.inputs == wanted.inputs else None

    def keep(self, proofs: Sequence[Proof], *, complete: bool) -> bool:
        """Store ``proofs``; True when that changed something.

        After a ``complete`` climb what was kept before about anything else goes: it is about partners that have left.
        After a climb that ended early it stays.
        """
        now = {} if complete else dict(self._kept)
        now |= {key_of(proof): replace(proof, fix="") for proof in proofs if proof.inputs}
        before = {key: dump(proof) for key, proof in self._kept.items()}
        after = {key: dump(proof) for key, proof in now.items()}
        if before == after:
            return False
        self._client.apply(
            [
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": CONFIG_MAP, "namespace": self._namespace},
                    "data": after,
                }
            ],
            manager="fedfleet-validation",
        )
        self._kept = now
        return True
