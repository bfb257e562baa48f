package main

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// The summaries are those of vmware-vcenter 9.1.1 com/vmware/vcenter_client.py Cluster, Datacenter, Datastore, Host, Network and VM. Of
// their filters the simulator knows `names` and the identifiers of the very kind.

type clusterListed struct {
	Cluster    string `json:"cluster"`
	Name       string `json:"name"`
	HAEnabled  bool   `json:"ha_enabled"`
	DRSEnabled bool   `json:"drs_enabled"`
}

type datacenterListed struct {
	Datacenter string `json:"datacenter"`
	Name       string `json:"name"`
}

// datastoreListed counts in bytes.
type datastoreListed struct {
	Datastore string `json:"datastore"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	FreeSpace int64  `json:"free_space"`
	Capacity  int64  `json:"capacity"`
}

type hostListed struct {
	Host            string `json:"host"`
	Name            string `json:"name"`
	ConnectionState string `json:"connection_state"`
	PowerState      string `json:"power_state"`
}

type networkListed struct {
	Network string `json:"network"`
	Name    string `json:"name"`
	Type    string `json:"type"`
}

type vmListed struct {
	VM            string `json:"vm"`
	Name          string `json:"name"`
	PowerState    string `json:"power_state"`
	CPUCount      int32  `json:"cpu_count"`
	MemorySizeMiB int32  `json:"memory_size_MiB"`
}

// listing says how one kind is listed: the name of its identifiers' filter, and what is shown of each; nil leaves one out.
type listing struct {
	filter string
	kinds  []string
	show   func(mo.Entity) any
}

var listings = map[string]listing{
	"cluster":    {"clusters", []string{"ClusterComputeResource"}, showCluster},
	"datacenter": {"datacenters", []string{"Datacenter"}, showDatacenter},
	"datastore":  {"datastores", []string{"Datastore"}, showDatastore},
	"host":       {"hosts", []string{"HostSystem"}, showHost},
	"network":    {"networks", []string{"Network", "DistributedVirtualPortgroup"}, showNetwork},
	"vm":         {"vms", []string{"VirtualMachine"}, showVM},
}

func (v *vcenter) listRoutes() []route {
	var routes []route
	for _, word := range sorted(listings) {
		routes = append(routes, route{
			method: "GET", path: "/api/vcenter/" + word,
			handle: func(c *call) (any, *apiError) { return v.list(c, listings[word]) },
		})
	}
	return routes
}

// list shows what fits the query. Without System.Read nothing is visible, which is no error.
func (v *vcenter) list(c *call, kind listing) (any, *apiError) {
	query := c.URL.Query()
	for name := range query {
		if name != "names" && name != kind.filter {
			return nil, refuse("INVALID_ARGUMENT", "Query parameter %q: the simulator knows names and %s", name, kind.filter)
		}
	}
	found := []any{}
	if !c.who.may(readSystem) {
		return found, nil
	}
	registry := v.model.Map()
	for _, entity := range v.entities(kind.kinds...) {
		// Tasks change VMs while they are looked at.
		registry.WithLock(&simulator.Context{Map: registry}, entity, func() {
			if fits(query, kind.filter, entity) {
				if shown := kind.show(entity); shown != nil {
					found = append(found, shown)
				}
			}
		})
	}
	return found, nil
}

func fits(query url.Values, filter string, entity mo.Entity) bool {
	return wants(query["names"], entity.Entity().Name) && wants(query[filter], entity.Reference().Value)
}

// entities returns the objects of some kinds, in the order in which they were made.
func (v *vcenter) entities(kinds ...string) []mo.Entity {
	var found []mo.Entity
	for _, kind := range kinds {
		found = append(found, v.model.Map().All(kind)...)
	}
	slices.SortFunc(found, func(a, b mo.Entity) int {
		left, right := a.Reference().Value, b.Reference().Value
		return cmp.Or(cmp.Compare(len(left), len(right)), strings.Compare(left, right))
	})
	return found
}

// exists says whether there is an object of a type with an identifier.
func (v *vcenter) exists(kind, id string) bool {
	return v.model.Map().Get(types.ManagedObjectReference{Type: kind, Value: id}) != nil
}

func showCluster(entity mo.Entity) any {
	cluster := entity.(*simulator.ClusterComputeResource)
	configuration := cluster.ConfigurationEx.(*types.ClusterConfigInfoEx)
	ha, drs := configuration.DasConfig.Enabled, configuration.DrsConfig.Enabled
	return clusterListed{cluster.Self.Value, cluster.Name, ha != nil && *ha, drs != nil && *drs}
}

func showDatacenter(entity mo.Entity) any {
	return datacenterListed{entity.Reference().Value, entity.Entity().Name}
}

func showDatastore(entity mo.Entity) any {
	datastore := entity.(*simulator.Datastore)
	return datastoreListed{datastore.Self.Value, datastore.Name, datastore.Summary.Type, datastore.Summary.FreeSpace, datastore.Summary.Capacity}
}

func showHost(entity mo.Entity) any {
	host := entity.(*simulator.HostSystem)
	state := map[types.HostSystemConnectionState]string{
		types.HostSystemConnectionStateConnected:     "CONNECTED",
		types.HostSystemConnectionStateDisconnected:  "DISCONNECTED",
		types.HostSystemConnectionStateNotResponding: "NOT_RESPONDING",
	}[host.Runtime.ConnectionState]
	return hostListed{host.Self.Value, host.Name, state, "POWERED_ON"}
}

// showNetwork leaves out a switch's own uplink ports, which nobody connects a VM to.
func showNetwork(entity mo.Entity) any {
	if group, ok := entity.(*simulator.DistributedVirtualPortgroup); ok {
		if uplink := group.Config.Uplink; uplink != nil && *uplink {
			return nil
		}
		return networkListed{group.Self.Value, group.Name, "DISTRIBUTED_PORTGROUP"}
	}
	return networkListed{entity.Reference().Value, entity.Entity().Name, "STANDARD_PORTGROUP"}
}

func showVM(entity mo.Entity) any {
	vm := entity.(*simulator.VirtualMachine)
	state := map[types.VirtualMachinePowerState]string{
		types.VirtualMachinePowerStatePoweredOn:  "POWERED_ON",
		types.VirtualMachinePowerStatePoweredOff: "POWERED_OFF",
		types.VirtualMachinePowerStateSuspended:  "SUSPENDED",
	}[vm.Runtime.PowerState]
	return vmListed{vm.Self.Value, vm.Name, state, vm.Config.Hardware.NumCPU, vm.Config.Hardware.MemoryMB}
}
