# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that look before a run share: how they are told of what is known already, and how they tell what they found."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fedfleet.preflight import PreflightError
    from fedfleet.preflight.examine import Examined
    from fedfleet.preflight.needs import Assertion

PREFLIGHT_ARGUMENTS: dict[str, Any] = {
    "assertions": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "about": {"type": "str", "required": True},
            "holds": {"type": "bool", "required": True},
            "fail_msg": {"type": "str", "required": True},
        },
    },
    "fails": {"type": "bool", "default": True},
}


def assertions_of(params: dict[str, Any]) -> tuple[Assertion, ...]:
    """What the options say was found out already."""
    from fedfleet.preflight.needs import Assertion

    return tuple(Assertion(each["about"], each["holds"], each["fail_msg"]) for each in params["assertions"])


def told_of(examined: Examined, place: str) -> tuple[PreflightError | None, dict[str, Any]]:
    """The error that an examination of ``place`` comes to, if it does, and its results as Ansible shows them."""
    from fedfleet.preflight import PreflightError

    error = PreflightError(examined.findings, place) if examined.errors else None
    return error, {
        "findings": [asdict(finding) for finding in examined.findings],
        "report": examined.report,
        "summary": error.sentence if error else "",
    }
