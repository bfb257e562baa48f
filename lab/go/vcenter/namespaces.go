package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What follows is vmware-vcenter 9.1.1, com/vmware/vcenter/namespaces_client.py: Instances.CreateSpec, CreateSpecV2, UpdateSpec, SetSpec,
// Info, InfoV2, Summary, SummaryV2 and their parts. What the simulator keeps without looking into it is a RawMessage.

type accessEntry struct {
	SubjectType      string `json:"subject_type"`
	Subject          string `json:"subject"`
	Domain           string `json:"domain"`
	Role             string `json:"role"`
	IdentityProvider string `json:"identity_provider,omitempty"`
}

type storageSpec struct {
	Policy string `json:"policy"`
	Limit  *int64 `json:"limit,omitempty"`
}

type vmServiceSpec struct {
	ContentLibraries []string `json:"content_libraries,omitempty"`
	VMClasses        []string `json:"vm_classes,omitempty"`
}

type contentLibrarySpec struct {
	ContentLibrary         string `json:"content_library"`
	Writable               *bool  `json:"writable,omitempty"`
	AllowImport            *bool  `json:"allow_import,omitempty"`
	ResourceNamingStrategy string `json:"resource_naming_strategy,omitempty"`
}

// updateSpec has what a namespace can be changed in; nil is what was not sent.
type updateSpec struct {
	Description            *string               `json:"description,omitempty"`
	ResourceSpec           *json.RawMessage      `json:"resource_spec,omitempty"`
	AccessList             *[]accessEntry        `json:"access_list,omitempty"`
	StorageSpecs           *[]storageSpec        `json:"storage_specs,omitempty"`
	VMServiceSpec          *vmServiceSpec        `json:"vm_service_spec,omitempty"`
	ContentLibraries       *[]contentLibrarySpec `json:"content_libraries,omitempty"`
	NetworkSpec            *json.RawMessage      `json:"network_spec,omitempty"`
	Zones                  *json.RawMessage      `json:"zones,omitempty"`
	Edges                  *json.RawMessage      `json:"edges,omitempty"`
	InfrastructurePolicies *json.RawMessage      `json:"infrastructure_policies,omitempty"`
}

type createSpec struct {
	Cluster          string           `json:"cluster,omitempty"`
	Supervisor       string           `json:"supervisor,omitempty"`
	Namespace        string           `json:"namespace"`
	Networks         *[]string        `json:"networks,omitempty"`
	Creator          *json.RawMessage `json:"creator,omitempty"`
	NamespaceNetwork *json.RawMessage `json:"namespace_network,omitempty"`
	updateSpec
}

type stats struct {
	CPUUsed     int64 `json:"cpu_used"`
	MemoryUsed  int64 `json:"memory_used"`
	StorageUsed int64 `json:"storage_used"`
}

// namespace is one as the simulator keeps it.
type namespace struct {
	Name     string           `json:"namespace"`
	Status   string           `json:"config_status"`
	Messages []map[string]any `json:"messages"`
	Stats    stats            `json:"stats"`
	Networks *[]string        `json:"networks,omitempty"`
	Creator  *json.RawMessage `json:"creator,omitempty"`
	updateSpec
}

const (
	configuring = "CONFIGURING"
	running     = "RUNNING"
	removing    = "REMOVING"
	configure   = "Namespaces.Configure"
	readSystem  = "System.Read"
)

var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

func (s *server) namespaceRoutes() []route {
	const instances = "/api/vcenter/namespaces/instances"
	return []route{
		{"GET " + instances, "", func(call) (int, any, error) { return http.StatusOK, s.summaries(1), nil }},
		{"GET " + instances + "/v2", "", func(call) (int, any, error) { return http.StatusOK, s.summaries(2), nil }},
		{"POST " + instances, configure, func(c call) (int, any, error) { return s.createNamespace(c, 1) }},
		{"POST " + instances + "/v2", configure, func(c call) (int, any, error) { return s.createNamespace(c, 2) }},
		{"GET " + instances + "/{namespace}", readSystem, func(c call) (int, any, error) { return s.describe(c, 1) }},
		{"GET " + instances + "/v2/{namespace}", readSystem, func(c call) (int, any, error) { return s.describe(c, 2) }},
		{"PATCH " + instances + "/{namespace}", configure, func(c call) (int, any, error) { return s.changeNamespace(c, false) }},
		{"PUT " + instances + "/{namespace}", configure, func(c call) (int, any, error) { return s.changeNamespace(c, true) }},
		{"DELETE " + instances + "/{namespace}", configure, s.removeNamespace},
		{"GET " + instances + "/{namespace}/access/{domain}/{subject}", readSystem, s.readAccess},
		{"POST " + instances + "/{namespace}/access/{domain}/{subject}", configure, s.grant},
		{"PUT " + instances + "/{namespace}/access/{domain}/{subject}", configure, s.grant},
		{"DELETE " + instances + "/{namespace}/access/{domain}/{subject}", configure, s.revoke},
	}
}

func (s *server) summaries(version int) []map[string]any {
	found := []map[string]any{}
	for _, name := range sorted(s.state.Namespaces) {
		n := s.state.Namespaces[name]
		item := map[string]any{"namespace": name, "description": text(n.Description), "config_status": n.Status, "stats": n.Stats}
		s.place(item, version)
		found = append(found, item)
	}
	return found
}

func (s *server) place(item map[string]any, version int) {
	if version == 2 {
		item["supervisor"] = supervisorID
	} else {
		item["cluster"] = s.clusterID()
	}
}

func (s *server) createNamespace(c call, version int) (int, any, error) {
	var spec createSpec
	if err := read(c.Request, &spec); err != nil {
		return 0, nil, err
	}
	if version == 1 && spec.Cluster != s.clusterID() {
		return 0, nil, notFound("cluster", spec.Cluster)
	}
	if version == 2 && spec.Supervisor != supervisorID {
		return 0, nil, notFound("supervisor", spec.Supervisor)
	}
	if strings.HasPrefix(spec.Namespace, "vmware-system") {
		return 0, nil, refused(http.StatusForbidden, "UNAUTHORIZED", "wcp.namespace.reserved", "Names that begin with vmware-system are VMware's own.")
	}
	if !label.MatchString(spec.Namespace) {
		return 0, nil, invalid("%q is no name for a namespace: it must be a DNS label of at most 63 characters.", spec.Namespace)
	}
	if s.state.Namespaces[spec.Namespace] != nil {
		return 0, nil, exists("namespace", spec.Namespace)
	}
	if err := s.checkSpec(spec.updateSpec); err != nil {
		return 0, nil, err
	}
	n := &namespace{Name: spec.Namespace, Messages: []map[string]any{}, Networks: spec.Networks, Creator: spec.Creator, updateSpec: spec.updateSpec}
	s.state.Namespaces[spec.Namespace] = n
	s.configure(n)
	return http.StatusNoContent, nil, nil
}

// configure has a namespace be CONFIGURING until somebody has made it so: the lab's controller, or time.
func (s *server) configure(n *namespace) {
	n.Status = configuring
	if s.options.delay > 0 {
		time.AfterFunc(s.options.delay, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if n.Status == configuring {
				n.Status = running
			}
		})
	}
}

func (s *server) checkSpec(spec updateSpec) error {
	if spec.StorageSpecs != nil {
		for _, wanted := range *spec.StorageSpecs {
			if _, known := s.profiles.all()[wanted.Policy]; !known {
				return invalid("The storage policy %q does not exist.", wanted.Policy)
			}
		}
	}
	if spec.VMServiceSpec != nil {
		for _, class := range spec.VMServiceSpec.VMClasses {
			if s.state.Classes[class] == nil {
				return invalid("The VM class %q does not exist.", class)
			}
		}
		for _, library := range spec.VMServiceSpec.ContentLibraries {
			if s.state.Libraries[library] == nil {
				return invalid("The content library %q does not exist.", library)
			}
		}
	}
	if spec.ContentLibraries != nil {
		for _, library := range *spec.ContentLibraries {
			if s.state.Libraries[library.ContentLibrary] == nil {
				return invalid("The content library %q does not exist.", library.ContentLibrary)
			}
		}
	}
	if spec.AccessList != nil {
		for _, entry := range *spec.AccessList {
			if !slices.Contains([]string{"OWNER", "EDIT", "VIEW"}, entry.Role) || !slices.Contains([]string{"USER", "GROUP"}, entry.SubjectType) {
				return invalid("%q is no role, or %q no type of subject.", entry.Role, entry.SubjectType)
			}
		}
	}
	return nil
}

func (s *server) one(c call) (*namespace, error) {
	name := c.PathValue("namespace")
	if n := s.state.Namespaces[name]; n != nil {
		return n, nil
	}
	return nil, notFound("namespace", name)
}

func (s *server) describe(c call, version int) (int, any, error) {
	n, err := s.one(c)
	if err != nil {
		return 0, nil, err
	}
	item := map[string]any{
		"config_status": n.Status, "messages": n.Messages, "stats": n.Stats, "description": text(n.Description),
		"access_list": list(n.AccessList), "storage_specs": list(n.StorageSpecs),
	}
	s.place(item, version)
	optional := map[string]any{
		"vm_service_spec": n.VMServiceSpec, "content_libraries": n.ContentLibraries, "resource_spec": n.ResourceSpec,
		"networks": n.Networks, "creator": n.Creator, "edges": n.Edges, "infrastructure_policies": n.InfrastructurePolicies,
	}
	if version == 2 {
		optional["network_spec"], optional["zones"] = n.NetworkSpec, n.Zones
	}
	for field, value := range optional {
		if !isNil(value) {
			item[field] = value
		}
	}
	return http.StatusOK, item, nil
}

// changeNamespace is update (PATCH: what was not sent stays) and set (PUT: what was not sent goes).
func (s *server) changeNamespace(c call, whole bool) (int, any, error) {
	n, err := s.one(c)
	if err != nil {
		return 0, nil, err
	}
	if n.Status == removing {
		return 0, nil, refused(http.StatusBadRequest, "NOT_ALLOWED_IN_CURRENT_STATE", "wcp.namespace.removing", "The namespace %q is being removed.", n.Name)
	}
	var spec updateSpec
	if err := read(c.Request, &spec); err != nil {
		return 0, nil, err
	}
	if err := s.checkSpec(spec); err != nil {
		return 0, nil, err
	}
	if whole {
		n.updateSpec = spec
	} else {
		n.updateSpec = merged(n.updateSpec, spec)
	}
	s.configure(n)
	return http.StatusNoContent, nil, nil
}

func merged(old, sent updateSpec) updateSpec {
	// JSON of pointers leaves out what is nil: laid over the old, it changes what was sent and nothing else.
	over, _ := json.Marshal(sent)
	_ = json.Unmarshal(over, &old)
	return old
}

func (s *server) removeNamespace(c call) (int, any, error) {
	n, err := s.one(c)
	if err != nil {
		return 0, nil, err
	}
	n.Status = removing
	if s.options.delay > 0 {
		time.AfterFunc(s.options.delay, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.state.Namespaces, n.Name)
		})
	}
	return http.StatusNoContent, nil, nil
}

func (s *server) entry(c call) (*namespace, int, error) {
	n, err := s.one(c)
	if err != nil {
		return nil, 0, err
	}
	kind := c.URL.Query().Get("type")
	at := slices.IndexFunc(list(n.AccessList), func(e accessEntry) bool {
		return e.Domain == c.PathValue("domain") && e.Subject == c.PathValue("subject") && e.SubjectType == kind
	})
	return n, at, nil
}

func (s *server) readAccess(c call) (int, any, error) {
	n, at, err := s.entry(c)
	if err != nil {
		return 0, nil, err
	}
	if at < 0 {
		return 0, nil, notFound("access of", c.PathValue("subject"))
	}
	return http.StatusOK, map[string]any{"role": (*n.AccessList)[at].Role}, nil
}

func (s *server) grant(c call) (int, any, error) {
	n, at, err := s.entry(c)
	if err != nil {
		return 0, nil, err
	}
	var spec struct {
		Role             string `json:"role"`
		IdentityProvider string `json:"identity_provider,omitempty"`
	}
	if err := read(c.Request, &spec); err != nil {
		return 0, nil, err
	}
	if c.Method == http.MethodPost && at >= 0 {
		return 0, nil, exists("access of", c.PathValue("subject"))
	}
	if c.Method == http.MethodPut && at < 0 {
		return 0, nil, notFound("access of", c.PathValue("subject"))
	}
	made := accessEntry{c.URL.Query().Get("type"), c.PathValue("subject"), c.PathValue("domain"), spec.Role, spec.IdentityProvider}
	entries := append(slices.DeleteFunc(list(n.AccessList), func(e accessEntry) bool { return at >= 0 && e == (*n.AccessList)[at] }), made)
	if err := s.checkSpec(updateSpec{AccessList: &entries}); err != nil {
		return 0, nil, err
	}
	n.AccessList = &entries
	s.configure(n)
	return http.StatusNoContent, nil, nil
}

func (s *server) revoke(c call) (int, any, error) {
	n, at, err := s.entry(c)
	if err != nil {
		return 0, nil, err
	}
	if at < 0 {
		return 0, nil, notFound("access of", c.PathValue("subject"))
	}
	entries := slices.Delete(list(n.AccessList), at, at+1)
	n.AccessList = &entries
	s.configure(n)
	return http.StatusNoContent, nil, nil
}
