package main

import (
	"encoding/json"
	"net/http"
)

// vmClass is vmware-vcenter 9.1.1, com/vmware/vcenter/namespace_management_client.py VirtualMachineClasses.Info, CreateSpec and UpdateSpec.
type vmClass struct {
	ID                string           `json:"id,omitempty"`
	CPUCount          *int64           `json:"cpu_count,omitempty"`
	CPUReservation    *int64           `json:"cpu_reservation,omitempty"`
	MemoryMB          *int64           `json:"memory_MB,omitempty"`
	MemoryReservation *int64           `json:"memory_reservation,omitempty"`
	Description       *string          `json:"description,omitempty"`
	Devices           *json.RawMessage `json:"devices,omitempty"`
	InstanceStorage   *json.RawMessage `json:"instance_storage,omitempty"`
	ConfigSpec        *json.RawMessage `json:"config_spec,omitempty"`
}

// defaultClasses are those that every Supervisor begins with.
func defaultClasses() map[string]*vmClass {
	sizes := []struct {
		suffix   string
		cpu, gib int64
	}{
		{"xsmall", 2, 2}, {"small", 2, 4}, {"medium", 2, 8}, {"large", 4, 16},
		{"xlarge", 4, 32}, {"2xlarge", 8, 64}, {"4xlarge", 16, 128}, {"8xlarge", 32, 128},
	}
	found := map[string]*vmClass{}
	for _, size := range sizes {
		memory, whole := size.gib<<10, int64(100)
		effort, guaranteed := "best-effort-"+size.suffix, "guaranteed-"+size.suffix
		found[effort] = &vmClass{ID: effort, CPUCount: &size.cpu, MemoryMB: &memory}
		found[guaranteed] = &vmClass{ID: guaranteed, CPUCount: &size.cpu, MemoryMB: &memory, CPUReservation: &whole, MemoryReservation: &whole}
	}
	return found
}

func (s *server) classRoutes() []route {
	const classes, manage = "/api/vcenter/namespace-management/virtual-machine-classes", "VirtualMachineClasses.Manage"
	return []route{
		{"GET " + classes, "", s.listClasses},
		{"POST " + classes, manage, s.createClass},
		{"GET " + classes + "/{class}", readSystem, s.readClass},
		{"PATCH " + classes + "/{class}", manage, s.changeClass},
		{"DELETE " + classes + "/{class}", manage, s.removeClass},
	}
}

func (s *server) classInfo(class *vmClass) map[string]any {
	info := map[string]any{
		"id": class.ID, "cpu_count": *class.CPUCount, "memory_MB": *class.MemoryMB, "description": text(class.Description),
		"namespaces": s.usersOf(class.ID), "vms": []string{}, "config_status": "READY", "messages": []any{},
	}
	optional := map[string]any{
		"cpu_reservation": class.CPUReservation, "memory_reservation": class.MemoryReservation, "devices": class.Devices,
		"instance_storage": class.InstanceStorage, "config_spec": class.ConfigSpec,
	}
	for field, value := range optional {
		if !isNil(value) {
			info[field] = value
		}
	}
	return info
}

func (s *server) usersOf(class string) []string {
	found := []string{}
	for _, name := range sorted(s.state.Namespaces) {
		if spec := s.state.Namespaces[name].VMServiceSpec; spec != nil {
			for _, used := range spec.VMClasses {
				if used == class {
					found = append(found, name)
				}
			}
		}
	}
	return found
}

func (s *server) listClasses(call) (int, any, error) {
	found := []any{}
	for _, id := range sorted(s.state.Classes) {
		found = append(found, s.classInfo(s.state.Classes[id]))
	}
	return http.StatusOK, found, nil
}

func (s *server) createClass(c call) (int, any, error) {
	var class vmClass
	if err := read(c.Request, &class); err != nil {
		return 0, nil, err
	}
	if !label.MatchString(class.ID) {
		return 0, nil, invalid("%q is no name for a VM class.", class.ID)
	}
	if s.state.Classes[class.ID] != nil {
		return 0, nil, exists("VM class", class.ID)
	}
	if class.CPUCount == nil || class.MemoryMB == nil || *class.CPUCount < 1 || *class.MemoryMB < 4 {
		return 0, nil, invalid("A VM class has at least one CPU and 4 MB of memory.")
	}
	s.state.Classes[class.ID] = &class
	return http.StatusNoContent, nil, nil
}

func (s *server) class(c call) (*vmClass, error) {
	if class := s.state.Classes[c.PathValue("class")]; class != nil {
		return class, nil
	}
	return nil, notFound("VM class", c.PathValue("class"))
}

func (s *server) readClass(c call) (int, any, error) {
	class, err := s.class(c)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, s.classInfo(class), nil
}

func (s *server) changeClass(c call) (int, any, error) {
	class, err := s.class(c)
	if err != nil {
		return 0, nil, err
	}
	changed, id := *class, class.ID
	if err := read(c.Request, &changed); err != nil {
		return 0, nil, err
	}
	changed.ID = id
	s.state.Classes[id] = &changed
	return http.StatusNoContent, nil, nil
}

func (s *server) removeClass(c call) (int, any, error) {
	class, err := s.class(c)
	if err != nil {
		return 0, nil, err
	}
	if users := s.usersOf(class.ID); len(users) > 0 {
		return 0, nil, refused(http.StatusBadRequest, "RESOURCE_IN_USE", "wcp.vmclass.inuse", "The VM class %q is in use by %v.", class.ID, users)
	}
	delete(s.state.Classes, class.ID)
	return http.StatusNoContent, nil, nil
}
