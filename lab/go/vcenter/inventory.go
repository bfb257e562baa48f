package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// inventory says what the simulated vCenter has: one data centre with one cluster, on which the Supervisor is enabled.
type inventory struct {
	Datacenter string `json:"datacenter"`
	Cluster    string `json:"cluster"`
	Supervisor string `json:"supervisor"`
	Version    string `json:"version"`
	Build      string `json:"build"`
	APIVersion string `json:"api_version"`
	Hosts      []host `json:"hosts"`
	Datastores []disk `json:"datastores"`
}

type host struct {
	Name        string `json:"name"`
	Processors  int16  `json:"processors"`
	MHz         int32  `json:"mhz"`
	MemoryBytes int64  `json:"memory_bytes"`
}

type disk struct {
	Name          string `json:"name"`
	CapacityBytes int64  `json:"capacity_bytes"`
}

func readInventory(path string) (*inventory, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var plan inventory
	if err := json.Unmarshal(text, &plan); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(plan.Hosts) == 0 || len(plan.Datastores) == 0 {
		return nil, fmt.Errorf("%s: expected at least one host and one datastore", path)
	}
	return &plan, nil
}

// build makes govmomi's model with the inventory's numbers, then gives everything the inventory's names.
func (plan *inventory) build() (*simulator.Model, error) {
	model := simulator.VPX()
	model.Host, model.Machine, model.Pool, model.App = 0, 0, 0, 0
	model.ClusterHost, model.Datastore = len(plan.Hosts), len(plan.Datastores)
	model.ServiceContent.About.ApiVersion = plan.APIVersion
	model.ServiceContent.About.Version = plan.Version
	model.ServiceContent.About.Build = plan.Build
	model.ServiceContent.About.FullName = "VMware vCenter Server " + plan.Version + " build-" + plan.Build + " (simulated)"
	if err := model.Create(); err != nil {
		return nil, err
	}
	all := model.Map()
	for i, reference := range references(all, "HostSystem") {
		found := all.Get(reference).(*simulator.HostSystem)
		found.Name, found.Summary.Config.Name = plan.Hosts[i].Name, plan.Hosts[i].Name
		hardware := *found.Summary.Hardware
		hardware.NumCpuCores, hardware.NumCpuThreads = plan.Hosts[i].Processors, plan.Hosts[i].Processors
		hardware.CpuMhz, hardware.MemorySize = plan.Hosts[i].MHz, plan.Hosts[i].MemoryBytes
		found.Summary.Hardware = &hardware
	}
	for i, reference := range references(all, "Datastore") {
		found := all.Get(reference).(*simulator.Datastore)
		found.Name, found.Summary.Name = plan.Datastores[i].Name, plan.Datastores[i].Name
		found.Summary.Capacity, found.Summary.FreeSpace = plan.Datastores[i].CapacityBytes, plan.Datastores[i].CapacityBytes
		if information := found.Info.GetDatastoreInfo(); information != nil {
			information.Name, information.FreeSpace = plan.Datastores[i].Name, plan.Datastores[i].CapacityBytes
		}
	}
	all.Get(plan.cluster(all)).(*simulator.ClusterComputeResource).Name = plan.Cluster
	all.Get(references(all, "Datacenter")[0]).(*simulator.Datacenter).Name = plan.Datacenter
	all.AddHandler(tolerant{})
	return model, nil
}

func (plan *inventory) cluster(all *simulator.Registry) types.ManagedObjectReference {
	return references(all, "ClusterComputeResource")[0]
}

func references(all *simulator.Registry, kind string) []types.ManagedObjectReference {
	var found []types.ManagedObjectReference
	for _, entity := range all.All(kind) {
		found = append(found, entity.Reference())
	}
	return found
}

// tolerant gives every VM a state of fault tolerance: since v0.53 govmomi sends an empty one where there is none, which pyvmomi refuses.
type tolerant struct{}

func (tolerant) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Simulator", Value: "tolerant"}
}

func (tolerant) PutObject(_ *simulator.Context, item mo.Reference) {
	if vm, ok := item.(*simulator.VirtualMachine); ok {
		vm.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		vm.Runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
		vm.Summary.Runtime.FaultToleranceState = vm.Runtime.FaultToleranceState
		vm.Summary.Runtime.RecordReplayState = vm.Runtime.RecordReplayState
	}
}

func (tolerant) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}
func (tolerant) RemoveObject(*simulator.Context, types.ManagedObjectReference)         {}
