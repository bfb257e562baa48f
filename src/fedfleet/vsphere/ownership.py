"""Whose a thing of vCenter's is, told by its description: what others made is used as it is, and neither changed nor removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fedfleet.vsphere import errors

if TYPE_CHECKING:
    from collections.abc import Mapping


def refuse(what: str, description: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to make a thing that others described so what is wanted; both as settings, of which those are told that differ.

    Raises:
        RefusedChangeError: always.
    """
    names = sorted(name for name in wanted if wanted[name] != found.get(name))
    raise errors.RefusedChangeError(
        f"Somebody else made {what}, and it is another than is wanted",
        expected=", ".join(f"{name} {wanted[name]}" for name in names),
        found=", ".join([*(f"{name} {found.get(name)}" for name in names), f'described as "{description}"']),
        where=what,
        next_step="Choose another name, or want it as it is. Whoever made it can change it",
    )
