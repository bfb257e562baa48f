package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// hostReport is what the lab says of an ESXi host. A host that failed is one that no longer answers its vCenter; whoever watches the VMs
// sees to it that none runs there. It does not outlive a restart of the simulator: the host is well then.
type hostReport struct {
	Failed *bool `json:"failed" vapi:"required"`
}

// reportHost has a host fail, or answer again. Other than by DisconnectHost_Task, which leaves VMs running, nobody asks for this in life.
func (v *vcenter) reportHost(c *call) (any, *apiError) {
	var report hostReport
	if refusal := decode(c.Request, &report); refusal != nil {
		return nil, refusal
	}
	name := c.PathValue("name")
	for _, entity := range v.entities("HostSystem") {
		host := entity.(*simulator.HostSystem)
		if host.Name != name {
			continue
		}
		connection, power := types.HostSystemConnectionStateConnected, types.HostSystemPowerStatePoweredOn
		if *report.Failed {
			connection, power = types.HostSystemConnectionStateNotResponding, types.HostSystemPowerStateUnknown
		}
		v.model.Service.Context.AutoUpdate(host, func() {
			for _, runtime := range []*types.HostRuntimeInfo{&host.Runtime, host.Summary.Runtime} {
				if runtime != nil {
					runtime.ConnectionState, runtime.PowerState = connection, power
				}
			}
		})
		return nil, nil
	}
	return nil, refuse("NOT_FOUND", "There is no host %q", name)
}
