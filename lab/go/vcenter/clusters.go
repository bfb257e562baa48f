package main

import "net/netip"

// clusterRoutes serve vmware-vcenter 9.1.1 com/vmware/vcenter/namespace_management_client.py Clusters, which is how the Supervisor's
// address is found before 9.1, and namespace_management/software_client.py Clusters.
func (v *vcenter) clusterRoutes() []route {
	const all, software = "/api/vcenter/namespace-management/clusters", "/api/vcenter/namespace-management/software/clusters"
	return []route{
		{method: "GET", path: all, handle: v.listClusters},
		{method: "GET", path: all + "/{cluster}", privilege: readSystem, handle: v.clusterOnly(v.clusterInfo)},
		{method: "PATCH", path: all + "/{cluster}", privilege: manageNamespaces, handle: v.updateCluster},
		{method: "GET", path: software, handle: v.listSoftware},
		{method: "GET", path: software + "/{cluster}", privilege: readSystem, handle: v.clusterOnly(v.softwareInfo)},
	}
}

func (v *vcenter) clusterOnly(answer func() any) func(*call) (any, *apiError) {
	return func(c *call) (any, *apiError) {
		if id := c.PathValue("cluster"); id != v.clusterID() {
			return nil, refuse("NOT_FOUND", "There is no cluster %q", id)
		}
		return answer(), nil
	}
}

// clusterSummary is Clusters.Summary.
type clusterSummary struct {
	Cluster          string          `json:"cluster"`
	ClusterName      string          `json:"cluster_name"`
	Stats            supervisorStats `json:"stats"`
	ConfigStatus     string          `json:"config_status"`
	KubernetesStatus string          `json:"kubernetes_status"`
}

func (v *vcenter) listClusters(c *call) (any, *apiError) {
	found := []clusterSummary{}
	if c.who.may(readSystem) {
		s := v.state.Supervisor
		found = append(found, clusterSummary{v.clusterID(), v.inventory.Cluster, v.stats(), s.ConfigStatus, s.KubernetesStatus})
	}
	return found, nil
}

// ipv4CIDR is namespace_management_client.py Ipv4Cidr.
type ipv4CIDR struct {
	Address string `json:"address"`
	Prefix  int    `json:"prefix"`
}

// clusterMessage is Clusters.Message.
type clusterMessage struct {
	ID       string   `json:"id"`
	Severity string   `json:"severity"`
	Details  *message `json:"details"`
}

// clusterInfo is Clusters.Info: what it must have, and of the rest what a lab has.
type clusterInfo struct {
	StatSummary                 supervisorStats  `json:"stat_summary"`
	ConfigStatus                string           `json:"config_status"`
	Messages                    []clusterMessage `json:"messages"`
	KubernetesStatus            string           `json:"kubernetes_status"`
	KubernetesStatusMessages    []clusterMessage `json:"kubernetes_status_messages"`
	APIServerManagementEndpoint string           `json:"api_server_management_endpoint"`
	APIServerClusterEndpoint    string           `json:"api_server_cluster_endpoint"`
	APIServers                  []string         `json:"api_servers"`
	NetworkProvider             string           `json:"network_provider"`
	ServiceCIDR                 ipv4CIDR         `json:"service_cidr"`
	PodsEnabled                 bool             `json:"vsphere_pods_enabled"`
	Library                     string           `json:"default_kubernetes_service_content_library,omitempty"`
}

func (v *vcenter) clusterInfo() any {
	s := v.state.Supervisor
	info := clusterInfo{
		StatSummary: v.stats(), ConfigStatus: s.ConfigStatus, KubernetesStatus: s.KubernetesStatus,
		Messages: []clusterMessage{}, KubernetesStatusMessages: []clusterMessage{}, APIServers: []string{},
		APIServerManagementEndpoint: s.APIEndpoint, APIServerClusterEndpoint: s.APIEndpoint, NetworkProvider: networkProvider,
		Library: s.Library,
	}
	for _, said := range s.Messages {
		info.Messages = append(info.Messages, clusterMessage{said.ID, said.Severity, &said.Details})
	}
	if s.APIEndpoint != "" {
		info.APIServers = append(info.APIServers, s.APIEndpoint)
	}
	if prefix, err := netip.ParsePrefix(v.inventory.Supervisor.ServiceCIDR); err == nil {
		info.ServiceCIDR = ipv4CIDR{prefix.Addr().String(), prefix.Bits()}
	}
	return info
}

// clusterUpdate is Clusters.UpdateSpec, of which the lab has one field.
type clusterUpdate struct {
	Library *string `json:"default_kubernetes_service_content_library,omitempty"`
}

func (v *vcenter) updateCluster(c *call) (any, *apiError) {
	if id := c.PathValue("cluster"); id != v.clusterID() {
		return nil, refuse("NOT_FOUND", "There is no cluster %q", id)
	}
	var wanted clusterUpdate
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	if wanted.Library != nil && v.state.Libraries[*wanted.Library] == nil {
		return nil, refuse("INVALID_ARGUMENT", "Field \"default_kubernetes_service_content_library\": there is no content library %q", *wanted.Library)
	}
	assign(&v.state.Supervisor.Library, wanted.Library, false)
	return nil, nil
}

// softwareSummary is namespace_management/software_client.py Clusters.Summary, softwareInfo its Info.
type softwareSummary struct {
	Cluster           string   `json:"cluster"`
	ClusterName       string   `json:"cluster_name"`
	CurrentVersion    string   `json:"current_version"`
	AvailableVersions []string `json:"available_versions"`
	State             string   `json:"state"`
}

type softwareInfo struct {
	CurrentVersion    string           `json:"current_version"`
	AvailableVersions []string         `json:"available_versions"`
	Messages          []clusterMessage `json:"messages"`
	State             string           `json:"state"`
}

func (v *vcenter) softwareState() string {
	return map[string]string{running: "READY", failed: "ERROR"}[v.state.Supervisor.ConfigStatus]
}

func (v *vcenter) listSoftware(c *call) (any, *apiError) {
	found := []softwareSummary{}
	if c.who.may(readSystem) {
		info := v.softwareInfo().(softwareInfo)
		found = append(found, softwareSummary{v.clusterID(), v.inventory.Cluster, info.CurrentVersion, info.AvailableVersions, info.State})
	}
	return found, nil
}

func (v *vcenter) softwareInfo() any {
	info := softwareInfo{v.inventory.Supervisor.KubernetesVersion, []string{}, []clusterMessage{}, v.softwareState()}
	if info.State == "" {
		info.State = "PENDING"
	}
	return info
}

// networkConfig is the network part of InfoV2: the networks that a namespace names, the first of which is its default.
func (v *vcenter) networkConfig(n *namespace) *networkConfigInfo {
	names := n.Networks
	if len(names) == 0 {
		names = v.inventory.Networks[:1]
	}
	info := &networkConfigInfo{NetworkProvider: networkProvider}
	info.VSphereNetwork.DefaultWorkloadNetwork = names[0]
	info.VSphereNetwork.Networks = []networkInfo{}
	for _, name := range names {
		info.VSphereNetwork.Networks = append(info.VSphereNetwork.Networks, networkInfo{name, "ACTIVE"})
	}
	return info
}
