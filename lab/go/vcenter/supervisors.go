package main

import "net/http"

const supervisorID = "fedfleet-lab-supervisor"

// supervisorState is what the lab says of its Supervisor.
type supervisorState struct {
	APIEndpoint      string `json:"api_endpoint"`
	ConfigStatus     string `json:"config_status"`
	KubernetesStatus string `json:"kubernetes_status"`
}

func (s *server) clusterID() string { return s.plan.cluster(s.model.Map()).Value }

// vmware-vcenter 9.1.1: com/vmware/vcenter/namespace_management/supervisors_client.py and ../namespace_management_client.py.
func (s *server) supervisorRoutes() []route {
	const management = "/api/vcenter/namespace-management"
	return []route{
		{"GET " + management + "/supervisors/summaries", "", s.supervisors},
		{"GET " + management + "/supervisors/{supervisor}/summary", readSystem, s.supervisor},
		{"GET " + management + "/supervisors/{supervisor}/topology", readSystem, s.topology},
		{"GET " + management + "/clusters", "", s.clusters},
		{"GET " + management + "/clusters/{cluster}", readSystem, s.clusterInfo},
		{"GET " + management + "/software/clusters", "", s.software},
		{"GET /api/vcenter/storage/policies", "StorageProfile.View", s.listPolicies},
		{"GET /api/vcenter/cluster", readSystem, s.computeClusters},
	}
}

func (s *server) summary() map[string]any {
	hosts := int64(len(s.plan.Hosts))
	return map[string]any{
		"name": s.plan.Supervisor, "APIEndpoint": s.state.Supervisor.APIEndpoint,
		"config_status": s.state.Supervisor.ConfigStatus, "kubernetes_status": s.state.Supervisor.KubernetesStatus,
		"stats": map[string]any{
			"cpu_used": 0, "memory_used": 0, "storage_used": 0,
			"cpu_capacity":     hosts * int64(s.plan.Hosts[0].Processors) * int64(s.plan.Hosts[0].MHz),
			"memory_capacity":  hosts * s.plan.Hosts[0].MemoryBytes >> 20,
			"storage_capacity": s.plan.Datastores[0].CapacityBytes >> 20,
		},
	}
}

func (s *server) supervisors(call) (int, any, error) {
	return http.StatusOK, map[string]any{"items": []any{map[string]any{"supervisor": supervisorID, "info": s.summary()}}}, nil
}

func (s *server) supervisor(c call) (int, any, error) {
	if id := c.PathValue("supervisor"); id != supervisorID {
		return 0, nil, notFound("supervisor", id)
	}
	return http.StatusOK, s.summary(), nil
}

func (s *server) topology(c call) (int, any, error) {
	if id := c.PathValue("supervisor"); id != supervisorID {
		return 0, nil, notFound("supervisor", id)
	}
	return http.StatusOK, []any{map[string]any{"zone": "domain-zone-1", "clusters": []string{s.clusterID()}}}, nil
}

func (s *server) clusters(call) (int, any, error) {
	item := map[string]any{"cluster": s.clusterID(), "cluster_name": s.plan.Cluster}
	for field, value := range s.summary() {
		if field == "stats" || field == "config_status" || field == "kubernetes_status" {
			item[field] = value
		}
	}
	return http.StatusOK, []any{item}, nil
}

// clusterInfo has of Clusters.Info what a client of a Supervisor before 9.1 reads: where its API is.
func (s *server) clusterInfo(c call) (int, any, error) {
	if id := c.PathValue("cluster"); id != s.clusterID() {
		return 0, nil, notFound("cluster", id)
	}
	return http.StatusOK, map[string]any{
		"config_status": s.state.Supervisor.ConfigStatus, "kubernetes_status": s.state.Supervisor.KubernetesStatus,
		"api_server_cluster_endpoint": s.state.Supervisor.APIEndpoint, "api_servers": []string{s.state.Supervisor.APIEndpoint},
		"messages": []any{}, "kubernetes_status_messages": []any{},
	}, nil
}

func (s *server) software(call) (int, any, error) {
	return http.StatusOK, []any{map[string]any{
		"cluster": s.clusterID(), "cluster_name": s.plan.Cluster, "state": "READY",
		"current_version": "v1.34.4+vmware.1-fips-vsc9.1.0-lab", "available_versions": []string{},
	}}, nil
}

// computeClusters is vmware-vcenter 9.1.1 com/vmware/vcenter_client.py, Cluster.Summary.
func (s *server) computeClusters(call) (int, any, error) {
	return http.StatusOK, []any{map[string]any{"cluster": s.clusterID(), "name": s.plan.Cluster, "ha_enabled": true, "drs_enabled": true}}, nil
}
