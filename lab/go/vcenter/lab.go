package main

// labTokenHeader carries the lab's token to the doors below /lab.
const labTokenHeader = "x-lab-token"

// labRoutes are doors that no vCenter has: the lab's Supervisor learns there what it has to make true and says when it is, and tests say
// what shall go wrong and hear what was asked. They want the lab's token, not a session.
func (v *vcenter) labRoutes() []route {
	return []route{
		{method: "GET", path: "/lab/state", handle: v.labState},
		{method: "PATCH", path: "/lab/namespaces/{namespace}", handle: v.settleNamespace},
		{method: "DELETE", path: "/lab/namespaces/{namespace}", handle: v.forgetNamespace},
		{method: "PUT", path: "/lab/supervisor", handle: v.announceSupervisor},
		{method: "PUT", path: "/lab/guest-clusters/{namespace}/{name}", handle: v.announceGuest},
		{method: "DELETE", path: "/lab/guest-clusters/{namespace}/{name}", handle: v.forgetGuest},
		{method: "PUT", path: "/lab/hosts/{name}", handle: v.reportHost},
		{method: "PUT", path: "/lab/publications", handle: v.publish},
		{method: "PUT", path: "/lab/faults", handle: v.planFaults},
		{method: "GET", path: "/lab/calls", handle: func(*call) (any, *apiError) { return v.calls.report(), nil }},
		{method: "DELETE", path: "/lab/calls", handle: func(*call) (any, *apiError) { v.calls.reset(); return nil, nil }},
	}
}

// labReport is all that the lab's Supervisor has to make true.
type labReport struct {
	Simulated       bool            `json:"simulated"`
	Cluster         string          `json:"cluster"`
	SupervisorID    string          `json:"supervisor_id"`
	Supervisor      supervisorState `json:"supervisor"`
	Namespaces      []*namespace    `json:"namespaces"`
	Classes         []classInfo     `json:"vm_classes"`
	Libraries       []*library      `json:"content_libraries"`
	Items           []*libraryItem  `json:"library_items"`
	StoragePolicies []storedPolicy  `json:"storage_policies"`
}

func (v *vcenter) labState(*call) (any, *apiError) {
	report := labReport{
		Simulated: true, Cluster: v.clusterID(), SupervisorID: v.inventory.Supervisor.ID, Supervisor: v.state.Supervisor,
		Namespaces: values(v.state.Namespaces), Classes: []classInfo{}, Libraries: values(v.state.Libraries), Items: values(v.state.Items),
		StoragePolicies: v.policies.list(),
	}
	for _, class := range values(v.state.Classes) {
		report.Classes = append(report.Classes, v.classInfo(class))
	}
	return report, nil
}

// values returns a map's values in the order of their keys.
func values[T any](m map[string]T) []T {
	found := []T{}
	for _, key := range sorted(m) {
		found = append(found, m[key])
	}
	return found
}

// namespaceReport is what the lab says of a namespace; messages and stats that are not given stay as they are.
type namespaceReport struct {
	ConfigStatus string           `json:"config_status" vapi:"required" enum:"CONFIGURING|RUNNING|ERROR"`
	Messages     *[]statusMessage `json:"messages"`
	Stats        *namespaceStats  `json:"stats"`
}

func (v *vcenter) settleNamespace(c *call) (any, *apiError) {
	n, refusal := v.one(c)
	if refusal != nil {
		return nil, refusal
	}
	var report namespaceReport
	if refusal := decode(c.Request, &report); refusal != nil {
		return nil, refusal
	}
	if n.ConfigStatus == removing {
		return nil, refuse("NOT_ALLOWED_IN_CURRENT_STATE", "The namespace %q is being removed; DELETE it when it is gone", n.Name)
	}
	messages := n.Messages
	if report.Messages != nil {
		messages = *report.Messages
	}
	assign(&n.Stats, report.Stats, false)
	v.finish(n, report.ConfigStatus, messages)
	return nil, nil
}

func (v *vcenter) forgetNamespace(c *call) (any, *apiError) {
	n, refusal := v.one(c)
	if refusal != nil {
		return nil, refusal
	}
	if n.ConfigStatus != removing {
		return nil, refuse("NOT_ALLOWED_IN_CURRENT_STATE", "Nobody asked for the namespace %q to be removed", n.Name)
	}
	delete(v.state.Namespaces, n.Name)
	return nil, nil
}

func (v *vcenter) announceSupervisor(c *call) (any, *apiError) {
	said := v.state.Supervisor
	if refusal := decode(c.Request, &said); refusal != nil {
		return nil, refusal
	}
	if said.Messages == nil {
		said.Messages = []supervisorMessage{}
	}
	v.state.Supervisor = said
	return nil, nil
}

// publish says what is to be found where libraries are subscribed: items by URL.
func (v *vcenter) publish(c *call) (any, *apiError) {
	published := map[string][]publishedItem{}
	if refusal := decode(c.Request, &published); refusal != nil {
		return nil, refusal
	}
	v.state.Publications = published
	return nil, nil
}

func (v *vcenter) planFaults(c *call) (any, *apiError) {
	var planned []*plannedFault
	if refusal := decode(c.Request, &planned); refusal != nil {
		return nil, refusal
	}
	return nil, v.faults.set(planned)
}
