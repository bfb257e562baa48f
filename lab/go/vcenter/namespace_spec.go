package main

// The structures of this file are those of vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py Instances, field by field.

type accessItem struct {
	SubjectType      string `json:"subject_type" vapi:"required" enum:"USER|GROUP"`
	Subject          string `json:"subject" vapi:"required"`
	Domain           string `json:"domain" vapi:"required"`
	Role             string `json:"role" vapi:"required" enum:"OWNER|EDIT|VIEW"`
	IdentityProvider string `json:"identity_provider,omitempty"`
}

// storageSpec limits what a namespace may take of a policy's storage, in MiB; without a limit there is none, with 0 it may take nothing.
type storageSpec struct {
	Policy string `json:"policy" vapi:"required"`
	Limit  *int64 `json:"limit,omitempty"`
}

type vmServiceSpec struct {
	ContentLibraries []string `json:"content_libraries,omitempty"`
	VMClasses        []string `json:"vm_classes,omitempty"`
}

type contentLibrarySpec struct {
	ContentLibrary         string `json:"content_library" vapi:"required"`
	Writable               *bool  `json:"writable,omitempty"`
	AllowImport            *bool  `json:"allow_import,omitempty"`
	ResourceNamingStrategy string `json:"resource_naming_strategy,omitempty" enum:"FROM_ITEM_ID|PREFER_ITEM_SOURCE_ID"`
}

type principal struct {
	Subject string `json:"subject" vapi:"required"`
	Domain  string `json:"domain" vapi:"required"`
}

type edgeSpec struct {
	ID           string `json:"id" vapi:"required"`
	EdgeProvider string `json:"edge_provider" vapi:"required" enum:"NSX_REGISTERED_AVI"`
	Avi          *struct {
		SEGroupName string `json:"se_group_name,omitempty"`
	} `json:"avi,omitempty"`
}

// zoneSpec is what a namespace may take of a zone: MHz and MiB.
type zoneSpec struct {
	Name           string `json:"name" vapi:"required"`
	VMReservations []struct {
		ReservedVMClass string `json:"reserved_vm_class" vapi:"required"`
		Count           int64  `json:"count" vapi:"required"`
	} `json:"vm_reservations,omitempty"`
	CPULimitMHz                       *int64 `json:"cpu_limit_MHz,omitempty"`
	CPUReservationMHz                 *int64 `json:"cpu_reservation_MHz,omitempty"`
	MemoryLimitMiB                    *int64 `json:"memory_limit_MiB,omitempty"`
	MemoryReservationMiB              *int64 `json:"memory_reservation_MiB,omitempty"`
	DisallowUnreservedDirectPathUsage *bool  `json:"disallow_unreserved_direct_path_usage,omitempty"`
}

// networkCreateSpec is that of v1; nothing of it but the provider can be asked of a Supervisor with VSPHERE_NETWORK.
type networkCreateSpec struct {
	NetworkProvider string         `json:"network_provider" vapi:"required" enum:"NSXT_CONTAINER_PLUGIN|VSPHERE_NETWORK|NSX_VPC"`
	Network         map[string]any `json:"network,omitempty"`
}

type networkConfigCreateSpec struct {
	NetworkProvider string         `json:"network_provider" vapi:"required" enum:"NSXT_CONTAINER_PLUGIN|VSPHERE_NETWORK|NSX_VPC"`
	VPCNetwork      map[string]any `json:"vpc_network,omitempty"`
	VSphereNetwork  *struct {
		DefaultWorkloadNetwork string `json:"default_workload_network,omitempty"`
	} `json:"vsphere_network,omitempty"`
}

// networkConfigChange is both NetworkConfigSetSpec (`networks`) and NetworkConfigUpdateSpec (`networks_to_add`, `networks_to_remove`).
type networkConfigChange struct {
	NetworkProvider      string         `json:"network_provider" vapi:"required" enum:"NSXT_CONTAINER_PLUGIN|VSPHERE_NETWORK|NSX_VPC"`
	VPCConfig            map[string]any `json:"vpc_config,omitempty"`
	VSphereNetworkConfig *struct {
		Networks         []string `json:"networks,omitempty"`
		NetworksToAdd    []string `json:"networks_to_add,omitempty"`
		NetworksToRemove []string `json:"networks_to_remove,omitempty"`
	} `json:"vsphere_network_config,omitempty"`
}

// desiredNamespace is what create, set and update have in common; nil is what was not given.
type desiredNamespace struct {
	Description            *string               `json:"description,omitempty"`
	ResourceSpec           *resourceSpec         `json:"resource_spec,omitempty"`
	AccessList             *[]accessItem         `json:"access_list,omitempty"`
	StorageSpecs           *[]storageSpec        `json:"storage_specs,omitempty"`
	VMServiceSpec          *vmServiceSpec        `json:"vm_service_spec,omitempty"`
	ContentLibraries       *[]contentLibrarySpec `json:"content_libraries,omitempty"`
	Edges                  *[]edgeSpec           `json:"edges,omitempty"`
	InfrastructurePolicies *[]string             `json:"infrastructure_policies,omitempty"`
}

type createOnly struct {
	Namespace        string             `json:"namespace" vapi:"required"`
	Networks         *[]string          `json:"networks,omitempty"`
	Creator          *principal         `json:"creator,omitempty"`
	NamespaceNetwork *networkCreateSpec `json:"namespace_network,omitempty"`
}

type createSpec struct {
	Cluster string `json:"cluster" vapi:"required"`
	createOnly
	desiredNamespace
}

type createSpecV2 struct {
	Supervisor  string                   `json:"supervisor" vapi:"required"`
	Zones       *[]zoneSpec              `json:"zones,omitempty"`
	NetworkSpec *networkConfigCreateSpec `json:"network_spec,omitempty"`
	createOnly
	desiredNamespace
}

type setSpec struct {
	NetworkSpec *networkConfigChange `json:"network_spec,omitempty"`
	desiredNamespace
}

type updateSpec struct {
	NetworkSpec *networkConfigChange `json:"network_spec,omitempty"`
	Zones       *[]zoneSpec          `json:"zones,omitempty"`
	desiredNamespace
}

// resourceSpec is namespaces_client.py ResourceQuotaOptionsV1: memory and storage in MiB, processors in MHz, counts of objects.
type resourceSpec struct {
	MemoryLimit                *int64 `json:"memory_limit,omitempty"`
	MemoryLimitDefault         *int64 `json:"memory_limit_default,omitempty"`
	MemoryRequestDefault       *int64 `json:"memory_request_default,omitempty"`
	CPULimit                   *int64 `json:"cpu_limit,omitempty"`
	CPULimitDefault            *int64 `json:"cpu_limit_default,omitempty"`
	CPURequestDefault          *int64 `json:"cpu_request_default,omitempty"`
	StorageRequestLimit        *int64 `json:"storage_request_limit,omitempty"`
	PodCount                   *int64 `json:"pod_count,omitempty"`
	ServiceCount               *int64 `json:"service_count,omitempty"`
	DeploymentCount            *int64 `json:"deployment_count,omitempty"`
	DaemonSetCount             *int64 `json:"daemon_set_count,omitempty"`
	ReplicaSetCount            *int64 `json:"replica_set_count,omitempty"`
	ReplicationControllerCount *int64 `json:"replication_controller_count,omitempty"`
	StatefulSetCount           *int64 `json:"stateful_set_count,omitempty"`
	ConfigMapCount             *int64 `json:"config_map_count,omitempty"`
	SecretCount                *int64 `json:"secret_count,omitempty"`
	PersistentVolumeClaimCount *int64 `json:"persistent_volume_claim_count,omitempty"`
	JobCount                   *int64 `json:"job_count,omitempty"`
}
