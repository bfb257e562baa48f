"""Puts the collection `fedfleet.federation` and the images' definitions into the wheel.

ansible-core finds collections in `ansible_collections/` on `sys.path`, so one `pip install fedfleet` brings library, command, collection and
what `fedfleet images` builds from. An editable install gets no copies: there `make venv` links the checkout instead.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COLLECTION = "ansible_collections/fedfleet/federation"
# Where fedfleet.images.catalogue looks for them.
IMAGES = "fedfleet/images/definitions"
PARTS = ("galaxy.yml", "drills", "meta", "playbooks", "plugins", "roles", "changelogs", "LICENSES")


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
        for part, target in {part: f"{COLLECTION}/{part}" for part in PARTS}.items() | {("images", IMAGES)}:
            if not (root / part).exists():
                raise FileNotFoundError(f"the wheel carries {target}, but {root / part} is missing")
            build_data["force_include"][str(root / part)] = target
