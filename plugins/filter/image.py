# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: image
short_description: What a pod calls an image, by digest where one is known
description:
  - Puts registry, name and version together, and adds the digest that the file of digests has for this image.
  - Fails where that file has another version of the image, or is not one.
version_added: 0.1.0
positional: _input, registry, digests_file
options:
  _input:
    description: Name and version of the image, as C(nginx:1.22).
    type: str
    required: true
  registry:
    description: The registry, with a path where its images lie below one.
    type: str
    required: true
  digests_file:
    description: The file that C(fedfleet images push) wrote. Empty names the image by its version.
    type: path
    default: ""
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Show what nginx's image is called
  ansible.builtin.debug:
    msg: "{{ 'nginx:1.22' | fedfleet.federation.image('images.example.org', inventory_dir ~ '/artifacts/images.yml') }}"
"""

RETURN = r"""
_value:
  description: The reference.
  type: str
"""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fedfleet.federation.images import Pin


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"image": image}


def image(image: str, registry: str, digests_file: str = "") -> str:
    try:
        from fedfleet.errors import FedFleetError
        from fedfleet.federation.images import reference
    except ImportError as problem:
        raise AnsibleFilterError(f"The Python package fedfleet is not installed beside Ansible: {problem}") from problem
    try:
        return reference(str(image), str(registry), pins_in(str(digests_file)))
    except FedFleetError as problem:
        raise AnsibleFilterError(str(problem)) from problem


def pins_in(name: str) -> Mapping[str, Pin]:
    if not name:
        return {}
    path = Path(name).expanduser()
    try:
        return _pins_of(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError) as problem:
        raise AnsibleFilterError(
            f"The file of image digests cannot be read: {problem}. "
            "Write it with `fedfleet images push --registry REGISTRY --digests-file FILE`, or correct fedfleet_image_digests_file."
        ) from problem


@lru_cache(maxsize=8)
def _pins_of(path: Path, changed: int) -> Mapping[str, Pin]:
    """Read once for each state of the file: a role asks for every image many times."""
    from fedfleet.federation.images import parse_pins

    del changed
    return parse_pins(path.read_text(encoding="utf-8"), str(path))
