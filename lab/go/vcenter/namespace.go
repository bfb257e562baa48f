package main

import (
	"time"
)

// States of a namespace: vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py Instances.ConfigStatus.
const (
	configuring = "CONFIGURING"
	removing    = "REMOVING"
	running     = "RUNNING"
	failed      = "ERROR"
)

// statusMessage is namespaces_client.py Instances.Message.
type statusMessage struct {
	Severity string   `json:"severity" vapi:"required" enum:"INFO|WARNING|ERROR"`
	Details  *message `json:"details,omitempty"`
}

// namespaceStats is namespaces_client.py Instances.Stats: MHz, MiB, MiB.
type namespaceStats struct {
	CPUUsed     int64 `json:"cpu_used"`
	MemoryUsed  int64 `json:"memory_used"`
	StorageUsed int64 `json:"storage_used"`
}

// namespaceBody is what Info and InfoV2 have in common.
type namespaceBody struct {
	ConfigStatus           string               `json:"config_status"`
	Messages               []statusMessage      `json:"messages"`
	Stats                  namespaceStats       `json:"stats"`
	Description            string               `json:"description"`
	ResourceSpec           *resourceSpec        `json:"resource_spec,omitempty"`
	AccessList             []accessItem         `json:"access_list"`
	StorageSpecs           []storageSpec        `json:"storage_specs"`
	Networks               []string             `json:"networks,omitempty"`
	VMServiceSpec          *vmServiceSpec       `json:"vm_service_spec,omitempty"`
	ContentLibraries       []contentLibrarySpec `json:"content_libraries,omitempty"`
	Creator                *principal           `json:"creator,omitempty"`
	SelfServiceNamespace   bool                 `json:"self_service_namespace"`
	Edges                  []edgeSpec           `json:"edges,omitempty"`
	InfrastructurePolicies []string             `json:"infrastructure_policies,omitempty"`
}

// namespace is a vSphere Namespace as the simulator keeps it.
type namespace struct {
	Name string `json:"namespace"`
	namespaceBody
	Zones []zoneSpec `json:"zones,omitempty"`
	// Due is when a namespace that nobody looks after is done with what it does.
	Due time.Time `json:"due,omitzero"`
}

type namespaceInfo struct {
	Cluster string `json:"cluster"`
	namespaceBody
}

type zoneInfo struct {
	Zone             string `json:"zone"`
	Type             string `json:"type"`
	MarkedForRemoval bool   `json:"marked_for_removal"`
}

type networkInfo struct {
	Network      string `json:"network"`
	ConfigStatus string `json:"config_status"`
}

type vsphereNetworkInfo struct {
	DefaultWorkloadNetwork string        `json:"default_workload_network"`
	Networks               []networkInfo `json:"networks"`
}

type networkConfigInfo struct {
	NetworkProvider string             `json:"network_provider"`
	VSphereNetwork  vsphereNetworkInfo `json:"vsphere_network"`
}

type namespaceInfoV2 struct {
	Supervisor string `json:"supervisor"`
	namespaceBody
	Zones       []zoneInfo         `json:"zones"`
	NetworkSpec *networkConfigInfo `json:"network_spec,omitempty"`
}

// namespaceSummary is both Summary (with the cluster) and SummaryV2 (with the Supervisor).
type namespaceSummary struct {
	Cluster              string         `json:"cluster,omitempty"`
	Supervisor           string         `json:"supervisor,omitempty"`
	Namespace            string         `json:"namespace"`
	Description          string         `json:"description"`
	ConfigStatus         string         `json:"config_status"`
	Stats                namespaceStats `json:"stats"`
	SelfServiceNamespace bool           `json:"self_service_namespace"`
}

// apply changes what is given. Where the whole is replaced, what is not given becomes empty.
func (n *namespace) apply(wanted *desiredNamespace, whole bool) {
	assign(&n.Description, wanted.Description, whole)
	assign(&n.AccessList, wanted.AccessList, whole)
	assign(&n.StorageSpecs, wanted.StorageSpecs, whole)
	assign(&n.ContentLibraries, wanted.ContentLibraries, whole)
	assign(&n.Edges, wanted.Edges, whole)
	assign(&n.InfrastructurePolicies, wanted.InfrastructurePolicies, whole)
	if whole || wanted.ResourceSpec != nil {
		n.ResourceSpec = wanted.ResourceSpec
	}
	if whole || wanted.VMServiceSpec != nil {
		n.VMServiceSpec = wanted.VMServiceSpec
	}
	// Lists that are not optional in Info are empty rather than missing.
	if n.AccessList == nil {
		n.AccessList = []accessItem{}
	}
	if n.StorageSpecs == nil {
		n.StorageSpecs = []storageSpec{}
	}
}

func assign[T any](field *T, wanted *T, whole bool) {
	if wanted != nil {
		*field = *wanted
	} else if whole {
		var empty T
		*field = empty
	}
}

// classes returns the VM classes that the namespace may use.
func (n *namespace) classes() []string {
	if n.VMServiceSpec == nil {
		return nil
	}
	return n.VMServiceSpec.VMClasses
}

// libraries returns the content libraries that the namespace uses, by whichever of the two fields.
func (n *namespace) libraries() []string {
	var found []string
	if n.VMServiceSpec != nil {
		found = append(found, n.VMServiceSpec.ContentLibraries...)
	}
	for _, one := range n.ContentLibraries {
		found = append(found, one.ContentLibrary)
	}
	return found
}
