package main

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
)

const manageNamespaces = "Namespaces.Manage"

// supervisorState is what the lab says of its Supervisor: PUT /lab/supervisor.
type supervisorState struct {
	APIEndpoint      string              `json:"api_endpoint"`
	ConfigStatus     string              `json:"config_status" enum:"CONFIGURING|REMOVING|RUNNING|ERROR"`
	KubernetesStatus string              `json:"kubernetes_status" enum:"READY|WARNING|ERROR"`
	Messages         []supervisorMessage `json:"messages"`
	// Library has the images of nodes; it is set by Clusters.update, not by the lab.
	Library string `json:"content_library,omitempty"`
}

// supervisorMessage is vmware-vcenter 9.1.1 com/vmware/vcenter/namespace_management/supervisors_client.py Summary.Message.
type supervisorMessage struct {
	ID       string  `json:"id" vapi:"required"`
	Severity string  `json:"severity" vapi:"required" enum:"INFO|WARNING|ERROR"`
	Details  message `json:"details" vapi:"required"`
}

// startSupervisor has the Supervisor run from the start where nobody is to say that it does.
func (v *vcenter) startSupervisor() {
	s := &v.state.Supervisor
	if s.ConfigStatus != "" {
		return
	}
	*s = supervisorState{ConfigStatus: configuring, KubernetesStatus: "WARNING", Messages: []supervisorMessage{}}
	if v.settings.namespaceDelay > 0 {
		s.ConfigStatus, s.KubernetesStatus = running, "READY"
	}
}

// supervisorRoutes serve supervisors_client.py Summary, Topology and Conditions.
func (v *vcenter) supervisorRoutes() []route {
	const all = "/api/vcenter/namespace-management/supervisors"
	return []route{
		{method: "GET", path: all + "/summaries", privilege: manageNamespaces, handle: v.listSupervisors},
		{method: "GET", path: all + "/{supervisor}/summary", privilege: manageNamespaces, handle: v.supervisorOnly(v.summarise)},
		{method: "GET", path: all + "/{supervisor}/topology", privilege: manageNamespaces, handle: v.supervisorOnly(v.topology)},
		{method: "GET", path: all + "/{supervisor}/conditions", privilege: manageNamespaces, handle: v.supervisorOnly(v.conditions)},
	}
}

// supervisorOnly refuses every Supervisor but the one that there is.
func (v *vcenter) supervisorOnly(answer func() any) func(*call) (any, *apiError) {
	return func(c *call) (any, *apiError) {
		if id := c.PathValue("supervisor"); id != v.inventory.Supervisor.ID {
			return nil, refuse("NOT_FOUND", "There is no Supervisor %q", id)
		}
		return answer(), nil
	}
}

// supervisorStats is supervisors_client.py Summary.Stats and namespace_management_client.py Clusters.Stats: MHz, MiB, MiB.
type supervisorStats struct {
	CPUUsed         int64 `json:"cpu_used"`
	CPUCapacity     int64 `json:"cpu_capacity"`
	MemoryUsed      int64 `json:"memory_used"`
	MemoryCapacity  int64 `json:"memory_capacity"`
	StorageUsed     int64 `json:"storage_used"`
	StorageCapacity int64 `json:"storage_capacity"`
}

// stats sums up what the inventory has, and what the namespaces use of it.
func (v *vcenter) stats() supervisorStats {
	var sum supervisorStats
	for _, host := range v.inventory.Hosts {
		sum.CPUCapacity += int64(host.Processors) * int64(host.MHz)
		sum.MemoryCapacity += host.MemoryBytes >> 20
	}
	for _, datastore := range v.inventory.Datastores {
		sum.StorageCapacity += datastore.CapacityBytes >> 20
	}
	for _, n := range v.state.Namespaces {
		sum.CPUUsed += n.Stats.CPUUsed
		sum.MemoryUsed += n.Stats.MemoryUsed
		sum.StorageUsed += n.Stats.StorageUsed
	}
	return sum
}

// supervisorInfo is supervisors_client.py Summary.Info.
type supervisorInfo struct {
	Name             string              `json:"name"`
	APIEndpoint      string              `json:"APIEndpoint,omitempty"`
	Stats            supervisorStats     `json:"stats"`
	ConfigStatus     string              `json:"config_status"`
	KubernetesStatus string              `json:"kubernetes_status"`
	Messages         []supervisorMessage `json:"messages"`
}

type supervisorItem struct {
	Supervisor string         `json:"supervisor"`
	Info       supervisorInfo `json:"info"`
}

func (v *vcenter) supervisorInfo() supervisorInfo {
	s := v.state.Supervisor
	return supervisorInfo{v.inventory.Supervisor.Name, s.APIEndpoint, v.stats(), s.ConfigStatus, s.KubernetesStatus, s.Messages}
}

func (v *vcenter) summarise() any { return v.supervisorInfo() }

func (v *vcenter) listSupervisors(c *call) (any, *apiError) {
	info, query := v.supervisorInfo(), c.URL.Query()
	items := []supervisorItem{}
	if wants(query["config_status"], info.ConfigStatus) && wants(query["kubernetes_status"], info.KubernetesStatus) {
		items = append(items, supervisorItem{v.inventory.Supervisor.ID, info})
	}
	return map[string]any{"items": items}, nil
}

// wants says whether a filter lets a value through; one that is not given lets all through.
func wants(filter []string, value string) bool {
	return len(filter) == 0 || slices.Contains(filter, value)
}

// zone is the one vSphere Zone of a Supervisor on a single cluster; the simulator names it after the cluster.
func (v *vcenter) zone() string { return v.clusterID() }

// topologyInfo is supervisors_client.py Topology.Info.
type topologyInfo struct {
	Zone     string   `json:"zone"`
	Clusters []string `json:"clusters"`
}

func (v *vcenter) topology() any { return []topologyInfo{{v.zone(), []string{v.clusterID()}}} }

// condition is supervisors_client.py Conditions.Condition.
type condition struct {
	Type        string          `json:"type"`
	Description message         `json:"description"`
	Status      string          `json:"status"`
	Reason      string          `json:"reason"`
	Severity    string          `json:"severity"`
	Messages    []statusMessage `json:"messages"`
}

// conditions says one thing only: whether the lab's Supervisor serves. Its type is the simulator's.
func (v *vcenter) conditions() any {
	s := v.state.Supervisor
	one := condition{
		Type: "SimulatedKubernetesAPI", Description: say("fedfleet.lab.kubernetes", "The Kubernetes API of the lab's simulated Supervisor"),
		Status: "FALSE", Reason: s.KubernetesStatus, Severity: "ERROR", Messages: []statusMessage{},
	}
	if s.KubernetesStatus == "READY" {
		one.Status, one.Severity = "TRUE", "INFO"
	}
	for _, said := range s.Messages {
		one.Messages = append(one.Messages, statusMessage{said.Severity, &said.Details})
	}
	return []condition{one}
}

// cluster returns the one cluster of the inventory.
func (v *vcenter) cluster() *simulator.ClusterComputeResource {
	return v.model.Map().Any("ClusterComputeResource").(*simulator.ClusterComputeResource)
}

// clusterID is the cluster's identifier, which is the same in SOAP and REST.
func (v *vcenter) clusterID() string { return v.cluster().Self.Value }
