package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// machine is a VM as it is kept over a restart of the simulator.
type machine struct {
	Name   string            `json:"name"`
	CPUs   int32             `json:"cpus"`
	Memory int64             `json:"memory_mib"`
	On     bool              `json:"on"`
	Extra  map[string]string `json:"extra"`
}

const machinesFile = "machines.json"

func (s *server) keepMachines() error {
	kept := []machine{}
	for _, entity := range s.model.Map().All("VirtualMachine") {
		vm := entity.(*simulator.VirtualMachine)
		extra := map[string]string{}
		for _, option := range vm.Config.ExtraConfig {
			value := option.GetOptionValue()
			extra[value.Key] = fmt.Sprint(value.Value)
		}
		on := vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
		kept = append(kept, machine{vm.Name, vm.Config.Hardware.NumCPU, int64(vm.Config.Hardware.MemoryMB), on, extra})
	}
	return s.write(machinesFile, kept)
}

// restoreMachines makes the VMs again that were there, by the very calls that a client makes.
func (s *server) restoreMachines() error {
	text, err := os.ReadFile(s.file(machinesFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var kept []machine
	if err := json.Unmarshal(text, &kept); err != nil {
		return err
	}
	all := s.model.Map()
	cluster := all.Get(s.plan.cluster(all)).(*simulator.ClusterComputeResource)
	for i, vm := range kept {
		if err := s.restoreMachine(cluster, cluster.Host[i%len(cluster.Host)], vm); err != nil {
			return fmt.Errorf("VM %s: %w", vm.Name, err)
		}
	}
	return nil
}

func (s *server) restoreMachine(cluster *simulator.ClusterComputeResource, host types.ManagedObjectReference, vm machine) error {
	all := s.model.Map()
	datacenter := all.Get(references(all, "Datacenter")[0]).(*simulator.Datacenter)
	folder := all.Get(datacenter.VmFolder).(*simulator.Folder)
	spec := types.VirtualMachineConfigSpec{
		Name: vm.Name, NumCPUs: vm.CPUs, MemoryMB: vm.Memory, GuestId: "ubuntu64Guest",
		Files: &types.VirtualMachineFileInfo{VmPathName: "[" + s.plan.Datastores[0].Name + "]"},
	}
	for key, value := range vm.Extra {
		spec.ExtraConfig = append(spec.ExtraConfig, &types.OptionValue{Key: key, Value: value})
	}
	request := &types.CreateVM_Task{This: folder.Reference(), Config: spec, Pool: *cluster.ResourcePool, Host: &host}
	answer := folder.CreateVMTask(s.model.Service.Context, request).(*methods.CreateVM_TaskBody)
	task := all.Get(answer.Res.Returnval).(*simulator.Task)
	task.Wait()
	if task.Info.Error != nil {
		return errors.New(task.Info.Error.LocalizedMessage)
	}
	if !vm.On {
		return nil
	}
	made := all.Get(task.Info.Result.(types.ManagedObjectReference)).(*simulator.VirtualMachine)
	made.PowerOnVMTask(s.model.Service.Context, &types.PowerOnVM_Task{This: made.Self})
	return nil
}
