package main

import (
	"fmt"
	"slices"
)

const manageClasses = "VirtualMachineClasses.Manage"

// classBody is what vmware-vcenter 9.1.1 com/vmware/vcenter/namespace_management_client.py VirtualMachineClasses has in Info and CreateSpec
// alike: MiB, and reservations in percent.
type classBody struct {
	ID                string           `json:"id" vapi:"required"`
	CPUCount          int64            `json:"cpu_count" vapi:"required"`
	CPUReservation    *int64           `json:"cpu_reservation,omitempty"`
	MemoryMB          int64            `json:"memory_MB" vapi:"required"`
	MemoryReservation *int64           `json:"memory_reservation,omitempty"`
	Description       string           `json:"description"`
	Devices           *virtualDevices  `json:"devices,omitempty"`
	InstanceStorage   *instanceStorage `json:"instance_storage,omitempty"`
	ConfigSpec        map[string]any   `json:"config_spec,omitempty"`
}

type virtualDevices struct {
	VGPUDevices []struct {
		ProfileName string `json:"profile_name" vapi:"required"`
	} `json:"vgpu_devices,omitempty"`
	DynamicDirectPathIODevices []struct {
		VendorID    int64  `json:"vendor_id" vapi:"required"`
		DeviceID    int64  `json:"device_id" vapi:"required"`
		CustomLabel string `json:"custom_label,omitempty"`
	} `json:"dynamic_direct_path_IO_devices,omitempty"`
}

type instanceStorage struct {
	Policy  string `json:"policy" vapi:"required"`
	Volumes []struct {
		Size int64 `json:"size" vapi:"required"`
	} `json:"volumes" vapi:"required"`
}

// classUpdate is VirtualMachineClasses.UpdateSpec; nil is what is to stay as it is, and of reservations that there is none.
type classUpdate struct {
	CPUCount          *int64           `json:"cpu_count,omitempty"`
	CPUReservation    *int64           `json:"cpu_reservation,omitempty"`
	MemoryMB          *int64           `json:"memory_MB,omitempty"`
	MemoryReservation *int64           `json:"memory_reservation,omitempty"`
	Description       *string          `json:"description,omitempty"`
	Devices           *virtualDevices  `json:"devices,omitempty"`
	InstanceStorage   *instanceStorage `json:"instance_storage,omitempty"`
	ConfigSpec        map[string]any   `json:"config_spec,omitempty"`
}

// classInfo is VirtualMachineClasses.Info.
type classInfo struct {
	classBody
	Namespaces   []string        `json:"namespaces"`
	VMs          []string        `json:"vms"`
	ConfigStatus string          `json:"config_status"`
	Messages     []statusMessage `json:"messages"`
}

// classSizes are those of the default classes: processors and GiB (docs.vmware.com, vSphere 7.0, GUID-7351EEFF: Virtual Machine Classes).
var classSizes = []struct {
	suffix  string
	cpu, gi int64
}{
	{"xsmall", 2, 2}, {"small", 2, 4}, {"medium", 2, 8}, {"large", 4, 16}, {"xlarge", 4, 32}, {"2xlarge", 8, 64}, {"4xlarge", 16, 128}, {"8xlarge", 32, 128},
}

// defaultClasses are the sixteen that every Supervisor has; guaranteed ones reserve all that they have.
func defaultClasses() map[string]*classBody {
	found := map[string]*classBody{}
	for _, size := range classSizes {
		for _, kind := range []string{"best-effort", "guaranteed"} {
			class := &classBody{ID: kind + "-" + size.suffix, CPUCount: size.cpu, MemoryMB: size.gi << 10}
			class.Description = fmt.Sprintf("By name %d processors and %d GiB; a node of this lab gets what the machine has", size.cpu, size.gi)
			if kind == "guaranteed" {
				cpu, memory := int64(100), int64(100)
				class.CPUReservation, class.MemoryReservation = &cpu, &memory
			}
			found[class.ID] = class
		}
	}
	return found
}

// classRoutes serve VirtualMachineClasses.
func (v *vcenter) classRoutes() []route {
	const all = "/api/vcenter/namespace-management/virtual-machine-classes"
	return []route{
		{method: "GET", path: all, privilege: readSystem, handle: v.listClasses},
		{method: "POST", path: all, privilege: manageClasses, handle: v.createClass},
		{method: "GET", path: all + "/{class}", privilege: readSystem, handle: v.getClass},
		{method: "PATCH", path: all + "/{class}", privilege: manageClasses, handle: v.updateClass},
		{method: "DELETE", path: all + "/{class}", privilege: manageClasses, handle: v.deleteClass},
	}
}

// usersOf returns the namespaces that may use a class.
func (v *vcenter) usersOf(class string) []string {
	found := []string{}
	for _, name := range sorted(v.state.Namespaces) {
		if slices.Contains(v.state.Namespaces[name].classes(), class) {
			found = append(found, name)
		}
	}
	return found
}

func (v *vcenter) classInfo(class *classBody) classInfo {
	return classInfo{*class, v.usersOf(class.ID), []string{}, "READY", []statusMessage{}}
}

func (v *vcenter) class(c *call) (*classBody, *apiError) {
	name := c.PathValue("class")
	if found := v.state.Classes[name]; found != nil {
		return found, nil
	}
	return nil, refuse("NOT_FOUND", "There is no VM class %q", name)
}

func (v *vcenter) listClasses(*call) (any, *apiError) {
	found := []classInfo{}
	for _, name := range sorted(v.state.Classes) {
		found = append(found, v.classInfo(v.state.Classes[name]))
	}
	return found, nil
}

func (v *vcenter) getClass(c *call) (any, *apiError) {
	class, refusal := v.class(c)
	if refusal != nil {
		return nil, refusal
	}
	return v.classInfo(class), nil
}

func (v *vcenter) createClass(c *call) (any, *apiError) {
	var class classBody
	if refusal := decode(c.Request, &class); refusal != nil {
		return nil, refusal
	}
	if v.state.Classes[class.ID] != nil {
		return nil, refuse("ALREADY_EXISTS", "A VM class %q exists", class.ID)
	}
	if refusal := v.checkClass(&class); refusal != nil {
		return nil, refusal
	}
	v.state.Classes[class.ID] = &class
	return nil, nil
}

func (v *vcenter) updateClass(c *call) (any, *apiError) {
	class, refusal := v.class(c)
	if refusal != nil {
		return nil, refusal
	}
	var wanted classUpdate
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	changed := *class
	assign(&changed.CPUCount, wanted.CPUCount, false)
	assign(&changed.MemoryMB, wanted.MemoryMB, false)
	assign(&changed.Description, wanted.Description, false)
	changed.CPUReservation, changed.MemoryReservation = wanted.CPUReservation, wanted.MemoryReservation
	if wanted.Devices != nil {
		changed.Devices = wanted.Devices
	}
	if wanted.InstanceStorage != nil {
		changed.InstanceStorage = wanted.InstanceStorage
	}
	if wanted.ConfigSpec != nil {
		changed.ConfigSpec = wanted.ConfigSpec
	}
	if refusal := v.checkClass(&changed); refusal != nil {
		return nil, refusal
	}
	*class = changed
	return nil, nil
}

func (v *vcenter) deleteClass(c *call) (any, *apiError) {
	class, refusal := v.class(c)
	if refusal != nil {
		return nil, refusal
	}
	if users := v.usersOf(class.ID); len(users) > 0 {
		return nil, refuse("RESOURCE_IN_USE", "The VM class %q is used by namespaces %v", class.ID, users)
	}
	delete(v.state.Classes, class.ID)
	return nil, nil
}

func (v *vcenter) checkClass(class *classBody) *apiError {
	switch {
	case !dnsLabel.MatchString(class.ID):
		return refuse("INVALID_ARGUMENT", "Field \"id\": expected a DNS label of at most 63 characters, found %q", class.ID)
	case class.CPUCount < 1 || class.MemoryMB < 1:
		return refuse("INVALID_ARGUMENT", "Expected at least one processor and one MiB, found %d and %d", class.CPUCount, class.MemoryMB)
	}
	for name, percent := range map[string]*int64{"cpu_reservation": class.CPUReservation, "memory_reservation": class.MemoryReservation} {
		if percent != nil && (*percent < 0 || *percent > 100) {
			return refuse("INVALID_ARGUMENT", "Field %q: expected percent, found %d", name, *percent)
		}
	}
	if class.InstanceStorage != nil {
		if _, known := v.policies.all()[class.InstanceStorage.Policy]; !known {
			return refuse("INVALID_ARGUMENT", "Field \"instance_storage.policy\": there is no storage policy %q", class.InstanceStorage.Policy)
		}
	}
	return nil
}
