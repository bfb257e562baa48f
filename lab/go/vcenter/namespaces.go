package main

import (
	"strings"
)

const configureNamespaces, readSystem = "Namespaces.Configure", "System.Read"

// namespaceRoutes serve vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py Instances and namespaces/user_client.py Instances.
func (v *vcenter) namespaceRoutes() []route {
	const all, v2 = "/api/vcenter/namespaces/instances", "/api/vcenter/namespaces/instances/v2"
	return []route{
		{method: "GET", path: all, handle: v.listNamespaces},
		{method: "GET", path: v2, handle: v.listNamespacesV2},
		{method: "POST", path: all, privilege: configureNamespaces, handle: v.createNamespace},
		{method: "POST", path: v2, privilege: configureNamespaces, handle: v.createNamespaceV2},
		{method: "GET", path: all + "/{namespace}", privilege: readSystem, handle: v.getNamespace},
		{method: "GET", path: v2 + "/{namespace}", privilege: readSystem, handle: v.getNamespaceV2},
		{method: "PUT", path: all + "/{namespace}", privilege: configureNamespaces, handle: v.setNamespace},
		{method: "PATCH", path: all + "/{namespace}", privilege: configureNamespaces, handle: v.updateNamespace},
		{method: "DELETE", path: all + "/{namespace}", privilege: configureNamespaces, handle: v.deleteNamespace},
		{method: "GET", path: "/api/vcenter/namespaces-user/namespaces", handle: v.listOwnNamespaces},
	}
}

// summaries lists what the caller may read (namespaces_client.py Instances.list: no privilege, and only what the caller sees).
func (v *vcenter) summaries(c *call, fill func(*namespaceSummary)) []namespaceSummary {
	found := []namespaceSummary{}
	if !c.who.may(readSystem) {
		return found
	}
	for _, name := range sorted(v.state.Namespaces) {
		n := v.state.Namespaces[name]
		if !c.who.holdsOn(name) {
			continue
		}
		summary := namespaceSummary{Namespace: n.Name, Description: n.Description, ConfigStatus: n.ConfigStatus, Stats: n.Stats}
		fill(&summary)
		found = append(found, summary)
	}
	return found
}

func (v *vcenter) listNamespaces(c *call) (any, *apiError) {
	return v.summaries(c, func(s *namespaceSummary) { s.Cluster = v.clusterID() }), nil
}

func (v *vcenter) listNamespacesV2(c *call) (any, *apiError) {
	return v.summaries(c, func(s *namespaceSummary) { s.Supervisor = v.inventory.Supervisor.ID }), nil
}

func (v *vcenter) createNamespace(c *call) (any, *apiError) {
	var spec createSpec
	if refusal := decode(c.Request, &spec); refusal != nil {
		return nil, refusal
	}
	if spec.Cluster != v.clusterID() {
		return nil, refuse("NOT_FOUND", "No cluster %q is registered here", spec.Cluster)
	}
	return nil, v.addNamespace(&spec.createOnly, &spec.desiredNamespace, nil)
}

func (v *vcenter) createNamespaceV2(c *call) (any, *apiError) {
	var spec createSpecV2
	if refusal := decode(c.Request, &spec); refusal != nil {
		return nil, refusal
	}
	if spec.Supervisor != v.inventory.Supervisor.ID {
		return nil, refuse("NOT_FOUND", "No Supervisor %q is registered here", spec.Supervisor)
	}
	networks, refusal := v.networksOf(spec.NetworkSpec)
	if refusal != nil {
		return nil, refusal
	}
	if spec.Networks == nil && networks != nil {
		spec.Networks = &networks
	}
	var zones []zoneSpec
	if spec.Zones != nil {
		zones = *spec.Zones
	}
	return nil, v.addNamespace(&spec.createOnly, &spec.desiredNamespace, zones)
}

func (v *vcenter) addNamespace(named *createOnly, wanted *desiredNamespace, zones []zoneSpec) *apiError {
	if refusal := checkNamespaceName(named.Namespace); refusal != nil {
		return refusal
	}
	if _, known := v.state.Namespaces[named.Namespace]; known {
		return refuse("ALREADY_EXISTS", "A namespace %q exists in this vCenter", named.Namespace)
	}
	if refusal := v.checkCreateOnly(named); refusal != nil {
		return refusal
	}
	if refusal := v.checkDesired(wanted, zones); refusal != nil {
		return refusal
	}
	n := &namespace{Name: named.Namespace, Zones: zones}
	n.Creator = named.Creator
	if named.Networks != nil {
		n.Networks = *named.Networks
	}
	n.apply(wanted, true)
	v.configure(n)
	v.state.Namespaces[n.Name] = n
	return nil
}

// one returns the namespace that the path names. One that is not the caller's is refused like a missing privilege, which it is
// (namespaces_client.py Instances.get: System.Read on the namespace). The lab's own doors have no caller.
func (v *vcenter) one(c *call) (*namespace, *apiError) {
	name := c.PathValue("namespace")
	found := v.state.Namespaces[name]
	if found == nil {
		return nil, refuse("NOT_FOUND", "There is no namespace %q", name)
	}
	if c.who != nil && !c.who.holdsOn(name) {
		return nil, refuse("UNAUTHORIZED", "%s has no permission on the namespace %q", c.who.full(), name)
	}
	return found, nil
}

// changeable returns the namespace that the path names, unless nobody may change it.
func (v *vcenter) changeable(c *call) (*namespace, *apiError) {
	if strings.HasPrefix(c.PathValue("namespace"), systemPrefix) {
		return nil, refuse("UNAUTHORIZED", "Namespaces that begin with %s are the system's", systemPrefix)
	}
	n, refusal := v.one(c)
	if refusal == nil && n.ConfigStatus == removing {
		return nil, refuse("NOT_ALLOWED_IN_CURRENT_STATE", "The namespace %q is being removed", n.Name)
	}
	return n, refusal
}

func (v *vcenter) getNamespace(c *call) (any, *apiError) {
	n, refusal := v.one(c)
	if refusal != nil {
		return nil, refusal
	}
	return namespaceInfo{v.clusterID(), n.namespaceBody}, nil
}

func (v *vcenter) getNamespaceV2(c *call) (any, *apiError) {
	n, refusal := v.one(c)
	if refusal != nil {
		return nil, refusal
	}
	info := namespaceInfoV2{Supervisor: v.inventory.Supervisor.ID, namespaceBody: n.namespaceBody, NetworkSpec: v.networkConfig(n)}
	info.Zones = []zoneInfo{{Zone: v.zone(), Type: "Zone"}}
	return info, nil
}

func (v *vcenter) setNamespace(c *call) (any, *apiError) {
	n, refusal := v.changeable(c)
	if refusal != nil {
		return nil, refusal
	}
	var spec setSpec
	if refusal := decode(c.Request, &spec); refusal != nil {
		return nil, refusal
	}
	return nil, v.change(n, &spec.desiredNamespace, spec.NetworkSpec, nil, true)
}

func (v *vcenter) updateNamespace(c *call) (any, *apiError) {
	n, refusal := v.changeable(c)
	if refusal != nil {
		return nil, refusal
	}
	var spec updateSpec
	if refusal := decode(c.Request, &spec); refusal != nil {
		return nil, refusal
	}
	return nil, v.change(n, &spec.desiredNamespace, spec.NetworkSpec, spec.Zones, false)
}

// change checks all before it changes anything.
func (v *vcenter) change(n *namespace, wanted *desiredNamespace, network *networkConfigChange, zones *[]zoneSpec, whole bool) *apiError {
	var wantedZones []zoneSpec
	if zones != nil {
		wantedZones = *zones
	}
	if refusal := v.checkDesired(wanted, wantedZones); refusal != nil {
		return refusal
	}
	networks, refusal := v.changedNetworks(n.Networks, network)
	if refusal != nil {
		return refusal
	}
	n.apply(wanted, whole)
	n.Networks = networks
	if zones != nil {
		n.Zones = wantedZones
	}
	v.configure(n)
	return nil
}

func (v *vcenter) deleteNamespace(c *call) (any, *apiError) {
	n, refusal := v.changeable(c)
	if refusal != nil {
		if n, _ := v.one(c); n != nil && n.ConfigStatus == removing {
			// Deleting what is being removed asks for nothing new.
			return nil, nil
		}
		return nil, refusal
	}
	v.remove(n)
	return nil, nil
}

// ownNamespace is namespaces/user_client.py Instances.Summary.
type ownNamespace struct {
	Namespace  string `json:"namespace"`
	MasterHost string `json:"master_host"`
}

func (v *vcenter) listOwnNamespaces(c *call) (any, *apiError) {
	found := []ownNamespace{}
	for _, name := range sorted(v.state.Namespaces) {
		if n := v.state.Namespaces[name]; n.ConfigStatus == running && grants(n, c.who) {
			found = append(found, ownNamespace{name, v.state.Supervisor.APIEndpoint})
		}
	}
	return found, nil
}
