# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""meta/runtime.yml leads other modules' tasks here too."""

from __future__ import annotations

from ansible_collections.fedfleet.federation.plugins.plugin_utils.in_place import ActionModule, prepare

prepare()

__all__ = ["ActionModule"]
