"""The kinds of objects that the Supervisor deals in, and the names that Cluster API and VKS give things.

Kinds are those of cluster-api v1.14.2 (`api/core/v1beta2`), tanzu-framework (`apis/run`, the module of 2023-04-19) and vm-operator 506dc5d
(`api/v1alpha2`).
"""

from __future__ import annotations

from fedfleet_lab.kubeapi import Kind

_CLUSTER_API = "/apis/cluster.x-k8s.io/v1beta2"
_TANZU = "/apis/run.tanzu.vmware.com"

NAMESPACE = Kind("Namespace", "/api/v1", "namespaces")
NODE = Kind("Node", "/api/v1", "nodes")
CLUSTER_ROLE = Kind("ClusterRole", "/apis/rbac.authorization.k8s.io/v1", "clusterroles")
CLUSTER_ROLE_BINDING = Kind("ClusterRoleBinding", "/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings")
SECRET = Kind("Secret", "/api/v1", "secrets", namespaced=True)
CLUSTER = Kind("Cluster", _CLUSTER_API, "clusters", namespaced=True)
TANZU_CLUSTER = Kind("TanzuKubernetesCluster", f"{_TANZU}/v1alpha2", "tanzukubernetesclusters", namespaced=True)
MACHINE = Kind("Machine", _CLUSTER_API, "machines", namespaced=True)
MACHINE_DEPLOYMENT = Kind("MachineDeployment", _CLUSTER_API, "machinedeployments", namespaced=True)
VIRTUAL_MACHINE = Kind("VirtualMachine", "/apis/vmoperator.vmware.com/v1alpha2", "virtualmachines", namespaced=True)
RELEASE = Kind("TanzuKubernetesRelease", f"{_TANZU}/v1alpha3", "tanzukubernetesreleases")
OS_IMAGE = Kind("OSImage", f"{_TANZU}/v1alpha3", "osimages")

CLUSTER_FINALIZER = "cluster.cluster.x-k8s.io"
"""Keeps a Cluster until what it stands for is gone (cluster-api v1.14.2 `api/core/v1beta2/cluster_types.go`)."""

TANZU_CLUSTER_FINALIZER = "lab.fedfleet.dev/tanzukubernetescluster"
"""Keeps a TanzuKubernetesCluster until its Cluster is gone. The lab's own: VMware's name for it is not public."""

CLUSTER_NAME_LABEL = "cluster.x-k8s.io/cluster-name"
"""On every object of a cluster (cluster-api v1.14.2 `api/core/v1beta2/common_types.go`)."""

RELEASE_LABEL = "run.tanzu.vmware.com/tkr"
"""On a Cluster: the release that its version resolved to (tanzu-framework v0.28.3 `apis/run/v1alpha3/constants.go`)."""

CELL_ANNOTATION = "lab.fedfleet.dev/cell"
"""On a Cluster: which cell of the lab it is. The lab's own."""
