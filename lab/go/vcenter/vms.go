package main

import (
	"cmp"
	"fmt"
	"log"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// storedVM is a VM as it outlives a restart; memory in MiB. Of its devices nothing is kept.
type storedVM struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	UUID         string            `json:"uuid"`
	InstanceUUID string            `json:"instance_uuid"`
	GuestID      string            `json:"guest_id"`
	Annotation   string            `json:"annotation,omitempty"`
	CPUs         int32             `json:"cpus"`
	MemoryMB     int64             `json:"memory_mb"`
	PowerState   string            `json:"power_state"`
	Template     bool              `json:"template,omitempty"`
	ExtraConfig  map[string]string `json:"extra_config"`
	Host         string            `json:"host"`
	Datastore    string            `json:"datastore"`
	Folder       []string          `json:"folder,omitempty"`
}

// currentVMs looks at every VM, one after the other.
func (v *vcenter) currentVMs() []storedVM {
	found := []storedVM{}
	registry := v.model.Map()
	for _, entity := range v.entities("VirtualMachine") {
		vm := entity.(*simulator.VirtualMachine)
		registry.WithLock(&simulator.Context{Map: registry}, vm, func() {
			// A VM that is being made, or is gone, has no host yet or any more.
			if vm.Config != nil && vm.Runtime.Host != nil && registry.Get(vm.Self) != nil {
				found = append(found, v.store(vm))
			}
		})
	}
	return found
}

func (v *vcenter) store(vm *simulator.VirtualMachine) storedVM {
	kept := storedVM{
		ID: vm.Self.Value, Name: vm.Name, UUID: vm.Config.Uuid, InstanceUUID: vm.Config.InstanceUuid, GuestID: vm.Config.GuestId,
		Annotation: vm.Config.Annotation, CPUs: vm.Config.Hardware.NumCPU, MemoryMB: int64(vm.Config.Hardware.MemoryMB),
		PowerState: string(vm.Runtime.PowerState), Template: vm.Config.Template, ExtraConfig: map[string]string{},
	}
	for _, option := range vm.Config.ExtraConfig {
		if value := option.GetOptionValue(); value != nil {
			kept.ExtraConfig[value.Key] = fmt.Sprint(value.Value)
		}
	}
	if host, ok := v.model.Map().Get(*vm.Runtime.Host).(*simulator.HostSystem); ok {
		kept.Host = host.Name
	}
	if place, _, found := strings.Cut(strings.TrimPrefix(vm.Config.Files.VmPathName, "["), "]"); found {
		kept.Datastore = place
	}
	for parent := vm.Parent; parent != nil; {
		folder, ok := v.model.Map().Get(*parent).(*simulator.Folder)
		if !ok || folder.Parent == nil || folder.Parent.Type == "Datacenter" {
			break
		}
		kept.Folder = append([]string{folder.Name}, kept.Folder...)
		parent = folder.Parent
	}
	return kept
}

// restoreVMs makes the VMs of an earlier run again, under their identifiers, by the calls that a client would make.
func (v *vcenter) restoreVMs() error {
	kept := slices.Clone(v.state.VMs)
	slices.SortFunc(kept, func(a, b storedVM) int { return cmp.Compare(number(a.ID), number(b.ID)) })
	for _, vm := range kept {
		reference, err := v.restoreVM(vm)
		if err != nil {
			return fmt.Errorf("the VM %s cannot be made again: %w", vm.Name, err)
		}
		if reference.Value != vm.ID {
			log.Printf("the VM %s was %s and is %s now", vm.Name, vm.ID, reference.Value)
		}
	}
	// Power last: its tasks take numbers too.
	for _, vm := range kept {
		if err := v.restorePower(vm); err != nil {
			return fmt.Errorf("the VM %s cannot be switched on again: %w", vm.Name, err)
		}
	}
	return nil
}

func (v *vcenter) restoreVM(kept storedVM) (types.ManagedObjectReference, error) {
	registry := v.model.Map()
	folder, err := v.folder(kept.Folder)
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	cluster := v.cluster()
	spec := types.VirtualMachineConfigSpec{
		Name: kept.Name, Uuid: kept.UUID, InstanceUuid: kept.InstanceUUID, GuestId: kept.GuestID, Annotation: kept.Annotation,
		NumCPUs: kept.CPUs, MemoryMB: kept.MemoryMB,
		Files: &types.VirtualMachineFileInfo{VmPathName: "[" + kept.Datastore + "]"},
	}
	for _, key := range sorted(kept.ExtraConfig) {
		spec.ExtraConfig = append(spec.ExtraConfig, &types.OptionValue{Key: key, Value: kept.ExtraConfig[key]})
	}
	request := &types.CreateVM_Task{This: folder.Self, Config: spec, Pool: *cluster.ResourcePool}
	for _, reference := range cluster.Host {
		if host := registry.Get(reference).(*simulator.HostSystem); host.Name == kept.Host {
			request.Host = &host.Self
		}
	}
	if number(kept.ID) > 0 {
		skipNumbers(registry, number(kept.ID)-2)
	}
	answer := folder.CreateVMTask(v.model.Service.Context, request).(*methods.CreateVM_TaskBody)
	result, err := waitFor(registry, answer.Res.Returnval)
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	return result.(types.ManagedObjectReference), nil
}

// folder returns the folder of VMs with this path, making what is missing of it.
func (v *vcenter) folder(path []string) (*simulator.Folder, error) {
	registry := v.model.Map()
	folder := registry.Get(registry.Any("Datacenter").(*simulator.Datacenter).VmFolder).(*simulator.Folder)
	for _, name := range path {
		if found, ok := registry.FindByName(name, folder.ChildEntity).(*simulator.Folder); ok {
			folder = found
			continue
		}
		body := folder.CreateFolder(v.model.Service.Context, &types.CreateFolder{This: folder.Self, Name: name}).(*methods.CreateFolderBody)
		if body.Fault_ != nil {
			return nil, fmt.Errorf("folder %s: %s", name, body.Fault_.String)
		}
		folder = registry.Get(body.Res.Returnval).(*simulator.Folder)
	}
	return folder, nil
}

func (v *vcenter) restorePower(kept storedVM) error {
	registry := v.model.Map()
	for _, entity := range registry.All("VirtualMachine") {
		vm := entity.(*simulator.VirtualMachine)
		if vm.Config.InstanceUuid != kept.InstanceUUID {
			continue
		}
		if kept.Template {
			vm.MarkAsTemplate(&types.MarkAsTemplate{This: vm.Self})
		}
		if kept.PowerState == string(types.VirtualMachinePowerStatePoweredOff) {
			continue
		}
		on := vm.PowerOnVMTask(v.model.Service.Context, &types.PowerOnVM_Task{This: vm.Self}).(*methods.PowerOnVM_TaskBody)
		if on.Fault_ != nil {
			return fmt.Errorf("%s", on.Fault_.String)
		}
		if _, err := waitFor(registry, on.Res.Returnval); err != nil {
			return err
		}
		if kept.PowerState == string(types.VirtualMachinePowerStateSuspended) {
			body := vm.SuspendVMTask(v.model.Service.Context, &types.SuspendVM_Task{This: vm.Self}).(*methods.SuspendVM_TaskBody)
			if _, err := waitFor(registry, body.Res.Returnval); err != nil {
				return err
			}
		}
	}
	return nil
}

// number is what an identifier such as vm-57 ends with, 0 where it ends with none.
func number(id string) int {
	_, digits, _ := strings.Cut(id, "-")
	found, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return found
}

// skipNumbers has the registry go on counting behind `last`: all its objects are numbered in one row, and NewEntity takes a number
// without keeping anything (govmomi v0.56.0 simulator/registry.go). Making a VM takes two, of which the second is the VM's.
func skipNumbers(registry *simulator.Registry, last int) {
	for {
		probe := &mo.Folder{}
		if number(registry.NewEntity(probe).Reference().Value) >= last {
			return
		}
	}
}
