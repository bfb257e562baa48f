#!/usr/bin/python
# Copyright: The FedFleet authors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kube_apply
short_description: Applies a whole set of Kubernetes objects at once
description:
  - Applies all objects of a definition by server-side apply, concurrently, in tiers - namespaces and custom resource definitions first, then roles,
    configuration and claims, then services, then workloads, then webhooks.
  - With O(apply_set), records what the set owns in a parent object, in the way of C(kubectl apply --prune --applyset), and deletes what has left the
    definition. PersistentVolumeClaims, PersistentVolumes, Secrets, Namespaces and CustomResourceDefinitions are never pruned, and
    nothing of anyone else is touched.
  - On objects that are in the O(apply_set) already, what somebody changed by hand is put right - fields that a manager of O(take_over_from) wrote
    are taken back, and the result says which and from whom. On other objects, and where a controller such as a HorizontalPodAutoscaler owns
    a field that the definition sets, the module fails and changes nothing of that object. Fields that the definition does not set are always left alone.
  - With O(wait), returns when what was applied is ready in the sense of its kind, or fails as soon as it cannot become so, with status, events and log.
version_added: 0.1.0
extends_documentation_fragment:
  - fedfleet.federation.kube
options:
  definition:
    description:
      - The objects, as YAML text of any number of documents, or as a list of objects and such texts.
      - Never shown in the module's result or in logs, as there may be Secrets in it.
    type: raw
    default: []
  state:
    description:
      - V(present) applies the definition.
      - V(absent) deletes the objects of the definition, whatever they are, and those of O(apply_set) as far as they may be pruned.
    type: str
    choices: [present, absent]
    default: present
  namespace:
    description: Namespace of objects that name none and whose kind has namespaces. Without it, such objects are an error.
    type: str
    default: ""
  apply_set:
    description: The set that the objects belong to. An object may be in one set only.
    type: dict
    suboptions:
      name:
        description: Name of the parent object, a ConfigMap.
        type: str
        required: true
      namespace:
        description: Namespace of the parent object.
        type: str
        required: true
  prune:
    description: Whether objects of the O(apply_set) that are no longer in the definition are deleted.
    type: bool
    default: true
  force_conflicts:
    description: Whether fields that belong to any other manager, controllers too, and objects of another set, are taken over.
    type: bool
    default: false
  take_over_from:
    description:
      - Field managers whose fields are taken back on objects of the O(apply_set), as names or shell patterns. The default names the tools that
        people use, and V(fedfleet) for what was patched rather than applied. An empty list takes nothing back.
      - V(Mozilla) is a console in a browser.
    type: list
    elements: str
    default: [fedfleet, kubectl, kubectl-*, oc, k9s, Lens*, OpenLens*, Mozilla]
  wait:
    description: Whether to wait until the objects are ready, or with O(state=absent) until they are gone.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait at most.
    type: float
    default: 300
  wait_kinds:
    description: Kinds to wait for. Objects of other kinds are there once they are applied.
    type: list
    elements: str
    choices: [CustomResourceDefinition, DaemonSet, Deployment, Ingress, Job, Namespace, Node, PersistentVolumeClaim, Pod, Service, StatefulSet]
    default: [CustomResourceDefinition, DaemonSet, Deployment, Job, Namespace, PersistentVolumeClaim, Pod, Service, StatefulSet]
attributes:
  check_mode:
    support: full
    description: Everything is computed by the server in a dry run. Objects whose namespace is not there yet are reported as created.
  diff_mode:
    support: full
    description: A unified diff of what a definition can set. Values of Secrets are never in it.
author:
  - The FedFleet authors (@fedfleet)
"""

EXAMPLES = r"""
- name: Apply a role's manifests and wait for them
  fedfleet.federation.kube_apply:
    kubeconfig: /etc/fedfleet/kubeconfig
    definition: "{{ lookup('ansible.builtin.template', 'manifests.yml.j2') }}"
    apply_set:
      name: exchange
      namespace: fate-exchange
    wait: true
    wait_timeout: 600

- name: Make a namespace
  fedfleet.federation.kube_apply:
    definition:
      - apiVersion: v1
        kind: Namespace
        metadata:
          name: fate-30000

- name: Take away all of a set but its claims and Secrets
  fedfleet.federation.kube_apply:
    state: absent
    apply_set:
      name: exchange
      namespace: fate-exchange
    wait: true
"""

RETURN = r"""
objects:
  description: What happened, or in check mode would happen, to each object, in the order of the definition. Pruned ones follow.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The object's kind.
      type: str
    namespace:
      description: Its namespace. Empty for the cluster's own.
      type: str
    name:
      description: Its name.
      type: str
    action:
      description: One of C(created), C(updated), C(unchanged), C(pruned) and C(deleted).
      type: str
    taken_over:
      description: The fields that were taken back, each with its C(field) and the C(manager) that had written it. Also in warnings and in the diff.
      type: list
      elements: dict
counts:
  description: How many objects met with each action.
  returned: success
  type: dict
  sample: {"unchanged": 31, "updated": 1}
error:
  description: What went wrong, field by field.
  returned: failure
  type: dict
  contains:
    summary:
      description: What went wrong.
      type: str
    expected:
      description: What had to be there.
      type: str
    found:
      description: What was there.
      type: str
    where:
      description: The object or address.
      type: str
    next_step:
      description: What to do.
      type: str
    events:
      description: The object's last events, when waiting failed.
      type: str
    log:
      description: The failing container's last lines, when waiting failed.
      type: str
"""

from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.fedfleet.federation.plugins.module_utils.kube import KUBE_ARGUMENTS, session, without

if TYPE_CHECKING:
    from fedfleet.kube import ApplyResult, Client

WAITED_FOR = [
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
    "Job",
    "Namespace",
    "PersistentVolumeClaim",
    "Pod",
    "Service",
    "StatefulSet",
]
# As fedfleet.kube.takeover has them; the library may be missing when the options are declared.
PEOPLE = ["fedfleet", "kubectl", "kubectl-*", "oc", "k9s", "Lens*", "OpenLens*", "Mozilla"]
ARGUMENTS: dict[str, Any] = KUBE_ARGUMENTS | {
    "definition": {"type": "raw", "default": []},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "namespace": {"type": "str", "default": ""},
    "apply_set": {
        "type": "dict",
        "options": {"name": {"type": "str", "required": True}, "namespace": {"type": "str", "required": True}},
    },
    "prune": {"type": "bool", "default": True},
    "force_conflicts": {"type": "bool", "default": False},
    "take_over_from": {"type": "list", "elements": "str", "default": PEOPLE},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "float", "default": 300},
    "wait_kinds": {
        "type": "list",
        "elements": "str",
        "choices": sorted([*WAITED_FOR, "Ingress", "Node"]),
        "default": WAITED_FOR,
    },
}


def run(module: AnsibleModule) -> None:
    invocation = without(module.params, "definition")
    with session(module, invocation=invocation) as client:
        result = applied(client, module.params, dry_run=module.check_mode)
    told: dict[str, Any] = {
        "objects": [
            {
                "kind": change.kind,
                "namespace": change.namespace,
                "name": change.name,
                "action": change.action,
                "taken_over": [{"field": conflict.field, "manager": conflict.manager} for conflict in change.taken],
            }
            for change in result.objects
        ],
        "counts": result.counts,
    }
    for change in result.objects:
        for conflict in change.taken:
            module.warn(f"{change.ref}: {conflict.field} had been changed by {conflict.manager} and is as the definition says again")
    if module._diff:
        told["diff"] = {"prepared": "".join(f"{text}\n" for change in result.objects if (text := change.diff))}
    module.exit_json(changed=result.changed, invocation=invocation, **told)


def applied(client: Client, params: dict[str, Any], *, dry_run: bool) -> ApplyResult:
    """Apply or remove as the options say, and wait if they say so."""
    from fedfleet.kube import ApplySetRef
    from fedfleet.progress import report

    apply_set = params["apply_set"] and ApplySetRef(**params["apply_set"], prune=params["prune"])
    place = params["namespace"] or None
    if params["state"] == "absent":
        result = client.remove(params["definition"], dry_run=dry_run, apply_set=apply_set, namespace=place)
        if params["wait"] and not dry_run:
            client.wait_gone([change.ref for change in result.objects], params["wait_timeout"], report)
        return result
    result = client.apply(
        params["definition"],
        force=params["force_conflicts"],
        take_over_from=params["take_over_from"],
        dry_run=dry_run,
        apply_set=apply_set,
        namespace=place,
    )
    if params["wait"] and not dry_run:
        client.wait(result.unready(params["wait_kinds"]), params["wait_timeout"], report)
    return result


def main() -> None:
    # no_log keeps the definition out of the system's log; `without` keeps it out of the result.
    run(AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True, no_log=True))


if __name__ == "__main__":
    main()
