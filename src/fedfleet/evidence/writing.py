"""Writes the evidence of a run and its signature."""

from __future__ import annotations

from pathlib import Path

from fedfleet.evidence.model import EVIDENCE, Evidence
from fedfleet.evidence.signing import SUFFIX, key_path, own_key, sign


def write_evidence(evidence: Evidence, inventory: Path) -> Path:
    """Write the evidence of a run and its signature beside an inventory, and return the evidence's path.

    Raises:
        EvidenceError: the key cannot be used.
        OSError: the files cannot be written.
    """
    content = (evidence.model_dump_json(indent=2) + "\n").encode()
    signature = sign(content, own_key(key_path()))
    target = inventory / EVIDENCE / f"{evidence.run}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target.with_name(target.name + SUFFIX), signature.encode("ascii") + b"\n")
    return _write(target, content)


def _write(path: Path, content: bytes) -> Path:
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(content)
    return draft.replace(path)
