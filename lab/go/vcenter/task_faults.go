package main

import (
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// taskNames maps SOAP methods to what the simulator calls their tasks (govmomi v0.56.0 simulator/task.go CreateTask, Info.DescriptionId
// behind the first dot).
var taskNames = map[string]string{
	"CloneVM_Task":              "cloneVm",
	"CreateVM_Task":             "createVm",
	"Destroy_Task":              "destroy",
	"DisconnectHost_Task":       "disconnectHost",
	"EnterMaintenanceMode_Task": "enterMaintenanceMode",
	"ExitMaintenanceMode_Task":  "exitMaintenanceMode",
	"PowerOffVM_Task":           "powerOff",
	"PowerOnVM_Task":            "powerOn",
	"ReconfigVM_Task":           "reconfigVm",
	"ReconnectHost_Task":        "reconnectHost",
	"RelocateVM_Task":           "relocateVm",
	"ResetVM_Task":              "reset",
	"SuspendVM_Task":            "suspend",
}

// taskFaults has planned faults come true inside tasks, as they do in a vCenter: the call succeeds, and the task ends in an error. While
// a task is slow, its object is locked: the task can be read then, the object not.
type taskFaults struct{ plan *faultPlan }

func (taskFaults) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Simulator", Value: "task-faults"}
}

func (t taskFaults) PutObject(ctx *simulator.Context, item mo.Reference) {
	task, ok := item.(*simulator.Task)
	if !ok {
		return
	}
	_, name, _ := strings.Cut(task.Info.DescriptionId, ".")
	if name == "powerOn" && task.Info.Entity != nil {
		refuseInMaintenance(ctx, task)
	}
	planned := t.plan.take(func(f *plannedFault) bool { return f.Task != "" && taskNames[f.Task] == name })
	if planned == nil {
		return
	}
	execute, delay, fault := task.Execute, time.Duration(planned.DelayMS)*time.Millisecond, planned.methodFault()
	task.Execute = func(running *simulator.Task) (types.AnyType, types.BaseMethodFault) {
		time.Sleep(delay)
		if fault != nil {
			return nil, fault
		}
		return execute(running)
	}
}

func (taskFaults) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}
func (taskFaults) RemoveObject(*simulator.Context, types.ManagedObjectReference)         {}

// refuseInMaintenance has a VM stay off whose host is in maintenance mode, which govmomi's simulator would switch on. InvalidHostState is
// vim25's, an InvalidState, which is among the faults of PowerOnVM_Task (pyvmomi 9.1.1.0).
func refuseInMaintenance(ctx *simulator.Context, task *simulator.Task) {
	vm, ok := ctx.Map.Get(*task.Info.Entity).(*simulator.VirtualMachine)
	if !ok || vm.Runtime.Host == nil {
		return
	}
	execute := task.Execute
	task.Execute = func(running *simulator.Task) (types.AnyType, types.BaseMethodFault) {
		if host, ok := ctx.Map.Get(*vm.Runtime.Host).(*simulator.HostSystem); ok && host.Runtime.InMaintenanceMode {
			return nil, &types.InvalidHostState{Host: &host.Self}
		}
		return execute(running)
	}
}
