package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// inventory says what the simulated vCenter has: one data centre with one cluster, on which the Supervisor is enabled. All names are
// taken as they are; nothing else is made.
type inventory struct {
	Datacenter string          `json:"datacenter"`
	Cluster    string          `json:"cluster"`
	APIVersion string          `json:"api_version"`
	Version    string          `json:"version"`
	Build      string          `json:"build"`
	Hosts      []hostPlan      `json:"hosts"`
	Datastores []datastorePlan `json:"datastores"`
	Networks   []string        `json:"networks"`
	Supervisor supervisorPlan  `json:"supervisor"`
}

type hostPlan struct {
	Name        string `json:"name"`
	Processors  int16  `json:"processors"`
	MHz         int32  `json:"mhz"`
	MemoryBytes int64  `json:"memory_bytes"`
}

type datastorePlan struct {
	Name          string `json:"name"`
	CapacityBytes int64  `json:"capacity_bytes"`
}

type supervisorPlan struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	KubernetesVersion string `json:"kubernetes_version"`
	ServiceCIDR       string `json:"service_cidr"`
}

// readInventory reads the plan and fills in what may be left out.
func readInventory(path string) (*inventory, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	// API versions that pyvmomi takes for older than they are break it: "7.0" is none of its names (pyvmomi 9.1.1
	// pyVmomi/_typeinfo_vim.py, AddVersion).
	plan := &inventory{APIVersion: "8.0.3.0", Version: "8.0.3", Build: "0", Networks: []string{"VM Network"}}
	plan.Supervisor = supervisorPlan{KubernetesVersion: "v1.34.4+simulated", ServiceCIDR: "10.96.0.0/16"}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(plan); err != nil {
		return nil, fmt.Errorf("%s is not an inventory: %w", path, err)
	}
	switch {
	case plan.Datacenter == "" || plan.Cluster == "":
		err = fmt.Errorf("%s: expected names for datacenter and cluster", path)
	case len(plan.Hosts) == 0 || len(plan.Datastores) == 0 || len(plan.Networks) == 0:
		err = fmt.Errorf("%s: expected at least one host, one datastore and one network", path)
	case plan.Supervisor.ID == "" || plan.Supervisor.Name == "":
		err = fmt.Errorf("%s: expected id and name of the Supervisor", path)
	}
	return plan, err
}
