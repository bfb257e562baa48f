#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: site_lock
short_description: Has the run hold a site alone
description:
  - Takes a Lease in the site's namespace. Another run that holds it is named - playbook, user, machine, since when - and this one ends.
  - A process of its own renews the lease while C(ansible-playbook) lives, and gives it back when the run is over, however it ended.
  - A lock whose run was killed is taken over at once where that run was on this machine, else when the lease has lapsed, after half a minute.
  - What the run holds already it keeps, without asking the cluster. A lock is no change of the site, so the task never reports one.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  namespace:
    description: The site's namespace. While it is not there, there is nothing to hold.
    type: str
    required: true
  playbook:
    description: What others are told this run is doing.
    type: str
    default: a playbook
  process:
    description: The process that the lock lives with. The action plugin of the same name sets it to C(ansible-playbook)'s.
    type: int
    default: 0
attributes:
  check_mode:
    support: full
    description: Takes no lock, and warns where another run holds it.
  diff_mode:
    support: none
    description: A lock is no configuration.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: See that nobody else is at work on this site
  fedfleet.federation.site_lock:
    namespace: fate-30000
    playbook: deploy
"""

RETURN = r"""
held:
  description: Whether this run holds the site now.
  returned: success
  type: bool
run:
  description: This run's id.
  returned: success
  type: str
holder:
  description: In check mode, the run that holds the site, in words; empty where none does.
  returned: success
  type: str
exit_code:
  description: The exit code of C(fedfleet run) where another run holds the site.
  returned: failure
  type: int
error:
  description: What went wrong, field by field, as of M(fedfleet.federation.kube_apply).
  returned: failure
  type: dict
"""

import os
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, fail, session

ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "namespace": {"type": "str", "required": True},
    "playbook": {"type": "str", "default": "a playbook"},
    "process": {"type": "int", "default": 0},
}


def run(module: AnsibleModule) -> None:
    params = module.params
    with session(module) as client:
        from fedfleet.locks.holder import holder_of
        from fedfleet.locks.keeper import Watched, start_keeper
        from fedfleet.locks.lease import LockedError
        from fedfleet.locks.site import SiteLock
        from fedfleet.progress import SITE

        pid = params["process"] or os.getppid()
        holder, lock = holder_of(params["playbook"], pid), SiteLock(client, params["namespace"])
        if module.check_mode:
            other = lock.look()
            if other is not None:
                module.warn(f"Another run is at work on this site: {other.holder}. What is told here may be about to change.")
            module.exit_json(changed=False, held=False, run=holder.run, holder=str(other.holder) if other else "")
        try:
            held = lock.take(holder)
        except LockedError as error:
            fail(module, error, exit_code=int(error.exit_code))
        if held:
            place = {name: params[name] for name in ("namespace", "kubeconfig", "context")}
            start_keeper(Watched(holder.run, pid, os.environ.get(SITE, ""), **place))
    module.exit_json(changed=False, held=held, run=holder.run, holder="")


def main() -> None:
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True))


if __name__ == "__main__":
    main()
