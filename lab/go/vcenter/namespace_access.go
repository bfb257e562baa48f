package main

import (
	"slices"
	"strings"
)

// accessRoutes serve vmware-vcenter 9.1.1 com/vmware/vcenter/namespaces_client.py Access.
func (v *vcenter) accessRoutes() []route {
	const path = "/api/vcenter/namespaces/instances/{namespace}/access/{domain}/{subject}"
	return []route{
		{method: "GET", path: path, privilege: readSystem, handle: v.getAccess},
		{method: "POST", path: path, privilege: configureNamespaces, handle: v.createAccess},
		{method: "PUT", path: path, privilege: configureNamespaces, handle: v.setAccess},
		{method: "DELETE", path: path, privilege: configureNamespaces, handle: v.deleteAccess},
	}
}

// accessSpec is Access.CreateSpec and Access.SetSpec.
type accessSpec struct {
	Role             string `json:"role" vapi:"required" enum:"OWNER|EDIT|VIEW"`
	IdentityProvider string `json:"identity_provider,omitempty"`
}

// accessInfo is Access.Info.
type accessInfo struct {
	accessSpec
	Inherited bool `json:"inherited"`
}

// subject returns whom path and query name, without a role.
func subject(c *call) (accessItem, *apiError) {
	kind := c.URL.Query().Get("type")
	if kind != "USER" && kind != "GROUP" {
		return accessItem{}, refuse("INVALID_ARGUMENT", "Query parameter \"type\": expected USER or GROUP, found %q", kind)
	}
	return accessItem{SubjectType: kind, Subject: c.PathValue("subject"), Domain: c.PathValue("domain")}, nil
}

// entry returns the namespace and at which place of its access list the subject is, -1 where it is not.
func (v *vcenter) entry(c *call, find func(*call) (*namespace, *apiError)) (*namespace, accessItem, int, *apiError) {
	who, refusal := subject(c)
	if refusal != nil {
		return nil, who, -1, refusal
	}
	n, refusal := find(c)
	if refusal != nil {
		return nil, who, -1, refusal
	}
	at := slices.IndexFunc(n.AccessList, func(item accessItem) bool {
		return item.SubjectType == who.SubjectType && item.Subject == who.Subject && item.Domain == who.Domain
	})
	return n, who, at, nil
}

// unknownSubject is UNSUPPORTED, as namespaces_client.py Access.get, set and delete say.
func unknownSubject(who accessItem) *apiError {
	return refuse("UNSUPPORTED", "%s %s@%s has no role on this namespace", who.SubjectType, who.Subject, who.Domain)
}

func (v *vcenter) getAccess(c *call) (any, *apiError) {
	n, who, at, refusal := v.entry(c, v.one)
	if refusal != nil {
		return nil, refusal
	}
	if at < 0 {
		return nil, unknownSubject(who)
	}
	return accessInfo{accessSpec: accessSpec{n.AccessList[at].Role, n.AccessList[at].IdentityProvider}}, nil
}

func (v *vcenter) createAccess(c *call) (any, *apiError) {
	n, who, at, refusal := v.entry(c, v.changeable)
	if refusal != nil {
		return nil, refusal
	}
	if at >= 0 {
		return nil, refuse("ALREADY_EXISTS", "%s %s@%s has a role on this namespace", who.SubjectType, who.Subject, who.Domain)
	}
	var spec accessSpec
	if refusal := decode(c.Request, &spec); refusal != nil {
		return nil, refusal
	}
	who.Role, who.IdentityProvider = spec.Role, spec.IdentityProvider
	n.AccessList = append(n.AccessList, who)
	v.configure(n)
	return nil, nil
}

func (v *vcenter) setAccess(c *call) (any, *apiError) {
	n, who, at, refusal := v.entry(c, v.changeable)
	if refusal != nil {
		return nil, refusal
	}
	if at < 0 {
		return nil, unknownSubject(who)
	}
	var spec accessSpec
	if refusal := decode(c.Request, &spec); refusal != nil {
		return nil, refusal
	}
	n.AccessList[at].Role, n.AccessList[at].IdentityProvider = spec.Role, spec.IdentityProvider
	v.configure(n)
	return nil, nil
}

func (v *vcenter) deleteAccess(c *call) (any, *apiError) {
	n, who, at, refusal := v.entry(c, v.changeable)
	if refusal != nil {
		return nil, refusal
	}
	if at < 0 {
		return nil, unknownSubject(who)
	}
	n.AccessList = slices.Delete(n.AccessList, at, at+1)
	v.configure(n)
	return nil, nil
}

// grants says whether an account has a role on a namespace: by itself, by one of its groups, or because it may do all.
func grants(n *namespace, who *account) bool {
	if who.administrator() {
		return true
	}
	return slices.ContainsFunc(n.AccessList, func(item accessItem) bool {
		if !strings.EqualFold(item.Domain, who.Domain) {
			return false
		}
		if item.SubjectType == "GROUP" {
			return slices.Contains(who.Groups, item.Subject)
		}
		return strings.EqualFold(item.Subject, who.Name)
	})
}
