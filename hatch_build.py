"""Puts the collection `fedfleet.federation` into the wheel.

ansible-core finds collections in `ansible_collections/` on `sys.path`, so one `pip install fedfleet` brings library, command and
collection. An editable install gets no copies: there `make venv` links the checkout instead.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COLLECTION = "ansible_collections/fedfleet/federation"
PARTS = ("galaxy.yml", "meta", "playbooks", "plugins", "roles", "changelogs", "LICENSES")


class CollectionHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the collection's files to a standard wheel and leaves an editable one alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend the wheel's file map.

        Args:
            version: "standard" or "editable", as hatchling calls the two kinds of wheel.
            build_data: hatchling's description of the build, changed in place.

        Raises:
            FileNotFoundError: a part of the collection is not in the source tree.
        """
        if version == "editable":
            return
        root = Path(self.root)
        for part in PARTS:
            if not (root / part).exists():
                raise FileNotFoundError(f"the wheel carries the collection, but {root / part} is missing")
            build_data["force_include"][str(root / part)] = f"{COLLECTION}/{part}"
