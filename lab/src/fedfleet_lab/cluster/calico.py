"""What Calico's Felix and network plug-in find in the API server: kinds, three resources, and rights."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fedfleet_lab.artefacts import CALICO
from fedfleet_lab.cluster.identities import CALICO_NODES

if TYPE_CHECKING:
    from fedfleet_lab.action import ActionStatus
    from fedfleet_lab.config import LabConfig
    from fedfleet_lab.context import Context

_CALICO = "crd.projectcalico.org"
_READ = ["get", "list", "watch"]
# Says what was applied; kubectl needs four seconds to find that nothing is to be done.
_MARK = "fedfleet.dev/lab-applied"
_MARKED = "clusterroles/" + CALICO_NODES


@dataclass(frozen=True)
class CalicoResources:
    """Keeps Calico's resources; enforcement itself runs in each node."""

    name: str = "calico"
    title: str = "prepare network policies"

    def up(self, ctx: Context) -> None:
        """Applies kinds and resources, unless these very ones are there; nodes need them before their first pod."""
        kinds = ctx.artefacts.path(CALICO) / "crds"
        wanted = [*resources(ctx.config), *_rights()]
        digest = hashlib.sha256(json.dumps([kinds.parent.name, wanted]).encode()).hexdigest()
        if _applied(ctx) == digest:
            return
        manager = "--field-manager=fedfleet-lab"
        ctx.kubectl.run("apply", "--server-side", "--force-conflicts", manager, "-f", str(kinds))
        ctx.kubectl.wait("--for=condition=Established", "-f", str(kinds))
        ctx.kubectl.apply(wanted)
        ctx.kubectl.run("annotate", "--overwrite", _MARKED, f"{_MARK}={digest}")

    def down(self, ctx: Context) -> None:
        """Leaves nothing outside of etcd."""

    def status(self, ctx: Context) -> ActionStatus | None:
        """Has nothing to say: each node's Felix is a service of that node."""
        del ctx
        return None


def resources(config: LabConfig) -> list[dict[str, object]]:
    """Returns what calico/node would write on its first start, which does not run here."""
    identity = uuid.uuid5(uuid.NAMESPACE_DNS, f"{config.name}.{config.network}.fedfleet-lab").hex
    return [
        {
            "apiVersion": f"{_CALICO}/v1",
            "kind": "ClusterInformation",
            "metadata": {"name": "default"},
            # The network plug-in refuses pods unless the datastore is said to be ready.
            "spec": {
                "clusterGUID": identity,
                "clusterType": "k8s,kdd",
                "calicoVersion": "v3.28.5",
                "datastoreReady": True,
            },
        },
        {
            "apiVersion": f"{_CALICO}/v1",
            "kind": "FelixConfiguration",
            "metadata": {"name": "default"},
            "spec": {"logSeverityScreen": "Warning", "floatingIPs": "Disabled", "reportingInterval": "0s"},
        },
        {
            "apiVersion": f"{_CALICO}/v1",
            "kind": "IPPool",
            "metadata": {"name": "default-ipv4-ippool"},
            "spec": {
                "cidr": str(config.pods),
                "blockSize": 24,
                "ipipMode": "Never",
                "vxlanMode": "Never",
                # Pods are seen outside of the pod network under their node's address.
                "natOutgoing": True,
                "nodeSelector": "all()",
                "allowedUses": ["Workload"],
            },
        },
    ]


def _rights() -> list[dict[str, object]]:
    """Returns what Felix and the plug-in may do: read policies and workloads, and mark a pod with its address."""
    rules = [
        _rule("", ["pods", "namespaces", "serviceaccounts", "nodes", "services", "endpoints"], _READ),
        _rule("", ["pods/status"], ["patch"]),
        _rule("discovery.k8s.io", ["endpointslices"], _READ),
        _rule("networking.k8s.io", ["networkpolicies"], _READ),
        _rule(
            _CALICO,
            [
                "bgpconfigurations",
                "bgppeers",
                "blockaffinities",
                "clusterinformations",
                "felixconfigurations",
                "globalnetworkpolicies",
                "globalnetworksets",
                "hostendpoints",
                "ipamblocks",
                "ippools",
                "ipreservations",
                "networkpolicies",
                "networksets",
            ],
            _READ,
        ),
    ]
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": CALICO_NODES},
            "rules": rules,
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": CALICO_NODES},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": CALICO_NODES},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": CALICO_NODES}],
        },
    ]


def _applied(ctx: Context) -> str | None:
    role = ctx.kubectl.get("clusterroles", CALICO_NODES)
    return None if role is None else role["metadata"].get("annotations", {}).get(_MARK)


def _rule(group: str, kinds: list[str], verbs: list[str]) -> dict[str, object]:
    return {"apiGroups": [group], "resources": kinds, "verbs": verbs}
