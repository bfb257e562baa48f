package main

import (
	"net/http"
)

// labRoutes are doors that no vCenter has: the lab's Supervisor learns there what it has to make true, and says when it is. They want the
// lab's own token.
func (s *server) labRoutes() []route {
	return []route{
		{"GET /lab/state", "", s.wishes},
		{"PATCH /lab/namespaces/{namespace}", "", s.settle},
		{"DELETE /lab/namespaces/{namespace}", "", s.forget},
		{"PUT /lab/supervisor", "", s.announce},
		{"PUT /lab/guest-clusters/{namespace}/{name}", "", s.announceCluster},
		{"DELETE /lab/guest-clusters/{namespace}/{name}", "", s.forgetCluster},
		{"PUT /lab/faults", "", s.setFaults},
		{"GET /lab/calls", "", func(call) (int, any, error) { return http.StatusOK, s.calls, nil }},
	}
}

func (s *server) wishes(call) (int, any, error) {
	namespaces, classes, policies := []any{}, []any{}, []any{}
	for _, name := range sorted(s.state.Namespaces) {
		namespaces = append(namespaces, s.state.Namespaces[name])
	}
	for _, id := range sorted(s.state.Classes) {
		classes = append(classes, s.state.Classes[id])
	}
	known := s.profiles.all()
	for _, id := range sorted(known) {
		policies = append(policies, known[id])
	}
	return http.StatusOK, map[string]any{"namespaces": namespaces, "vm_classes": classes, "storage_policies": policies}, nil
}

func (s *server) settle(c call) (int, any, error) {
	n, err := s.one(c)
	if err != nil {
		return 0, nil, err
	}
	var said struct {
		ConfigStatus string           `json:"config_status"`
		Messages     []map[string]any `json:"messages"`
		Stats        *stats           `json:"stats,omitempty"`
	}
	if err := read(c.Request, &said); err != nil {
		return 0, nil, err
	}
	n.Status, n.Messages = said.ConfigStatus, append([]map[string]any{}, said.Messages...)
	if said.Stats != nil {
		n.Stats = *said.Stats
	}
	return http.StatusNoContent, nil, nil
}

func (s *server) forget(c call) (int, any, error) {
	n, err := s.one(c)
	if err != nil {
		return 0, nil, err
	}
	delete(s.state.Namespaces, n.Name)
	return http.StatusNoContent, nil, nil
}

func (s *server) announce(c call) (int, any, error) {
	return http.StatusNoContent, nil, read(c.Request, &s.state.Supervisor)
}

// guestCluster is where a cluster's API is, and who vouches for it, in PEM.
type guestCluster struct {
	Server string `json:"server"`
	CA     string `json:"ca"`
}

func (s *server) announceCluster(c call) (int, any, error) {
	var cluster guestCluster
	if err := read(c.Request, &cluster); err != nil {
		return 0, nil, err
	}
	s.state.Clusters[c.PathValue("namespace")+"/"+c.PathValue("name")] = &cluster
	return http.StatusNoContent, nil, nil
}

func (s *server) forgetCluster(c call) (int, any, error) {
	delete(s.state.Clusters, c.PathValue("namespace")+"/"+c.PathValue("name"))
	return http.StatusNoContent, nil, nil
}

func (s *server) setFaults(c call) (int, any, error) {
	var faults []*fault
	if err := read(c.Request, &faults); err != nil {
		return 0, nil, err
	}
	s.faults = faults
	return http.StatusNoContent, nil, nil
}
