package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// faultTolerance gives every VM a state of fault tolerance and of record and replay. Since v0.53 govmomi sends empty ones where there are
// none (vim25/types/types.go, VirtualMachineRuntimeInfo, whose required enums lost `omitempty`), which pyvmomi 9.1.1 refuses: `vm.runtime`
// raises AttributeError.
type faultTolerance struct{}

func keepFaultToleranceKnown(registry *simulator.Registry) { registry.AddHandler(faultTolerance{}) }

func (faultTolerance) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Simulator", Value: "fault-tolerance"}
}

func (faultTolerance) PutObject(_ *simulator.Context, item mo.Reference) {
	vm, ok := item.(*simulator.VirtualMachine)
	if !ok {
		return
	}
	for _, runtime := range []*types.VirtualMachineRuntimeInfo{&vm.Runtime, &vm.Summary.Runtime} {
		runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
	}
}

func (faultTolerance) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}
func (faultTolerance) RemoveObject(*simulator.Context, types.ManagedObjectReference)         {}
