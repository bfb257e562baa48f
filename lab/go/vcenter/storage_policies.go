package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/vmware/govmomi/pbm/methods"
	pbmsim "github.com/vmware/govmomi/pbm/simulator"
	"github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/simulator"
	vim "github.com/vmware/govmomi/vim25/types"
)

// storedPolicy is a storage policy as it outlives a restart.
type storedPolicy struct {
	Policy      string `json:"policy"`
	Name        string `json:"name"`
	Description string `json:"description"`
	// KubernetesName is what its storage class is called in namespaces.
	KubernetesName string `json:"k8s_compliant_name"`
}

// policyService is govmomi's storage policy service (PBM). Policies are made there, over SOAP; the REST API lists them.
type policyService struct {
	registry *simulator.Registry
	manager  *pbmsim.ProfileManager
}

func newPolicyService() *policyService {
	registry := pbmsim.New()
	for _, object := range registry.AllReference("PbmProfileProfileManager") {
		return &policyService{registry, object.(*pbmsim.ProfileManager)}
	}
	panic("govmomi's policy service has no profile manager")
}

// storage is the type of resource whose policies the REST API lists.
var storage = types.PbmProfileResourceType{ResourceType: string(types.PbmProfileResourceTypeEnumSTORAGE)}

// profiles returns the policies themselves, not copies; the caller holds no lock of theirs.
func (p *policyService) profiles() []*types.PbmCapabilityProfile {
	var found []*types.PbmCapabilityProfile
	p.registry.WithLock(&simulator.Context{Map: p.registry}, p.manager, func() {
		query := &types.PbmQueryProfile{ResourceType: storage, ProfileCategory: string(types.PbmProfileCategoryEnumREQUIREMENT)}
		known := p.manager.PbmQueryProfile(query).(*methods.PbmQueryProfileBody)
		content := p.manager.PbmRetrieveContent(&types.PbmRetrieveContent{ProfileIds: known.Res.Returnval}).(*methods.PbmRetrieveContentBody)
		for _, item := range content.Res.Returnval {
			if profile, ok := item.(*types.PbmCapabilityProfile); ok {
				found = append(found, profile)
			}
		}
	})
	return found
}

// all returns the policies by their identifiers.
func (p *policyService) all() map[string]storedPolicy {
	found := map[string]storedPolicy{}
	for _, profile := range p.profiles() {
		id := profile.ProfileId.UniqueId
		found[id] = storedPolicy{id, profile.Name, profile.Description, kubernetesName(profile)}
	}
	return found
}

func (p *policyService) list() []storedPolicy {
	known := p.all()
	found := []storedPolicy{}
	for _, id := range sorted(known) {
		found = append(found, known[id])
	}
	return found
}

var unfitForKubernetes = regexp.MustCompile(`[^a-z0-9.]+`)

// kubernetesName is the policy's own name for Kubernetes; where it has none, its name in small letters with dashes for what is no letter
// (facts/vks.md, section 5).
func kubernetesName(profile *types.PbmCapabilityProfile) string {
	if profile.K8sCompliantName != "" {
		return profile.K8sCompliantName
	}
	return strings.Trim(unfitForKubernetes.ReplaceAllString(strings.ToLower(profile.Name), "-"), "-.")
}

// beforeCreate gives a policy that is being made the category that older clients lose on their way: their wire version has none, and a
// policy without it would be listed nowhere (facts/vsphere.md, section 2.2).
func (p *policyService) beforeCreate(create *types.PbmCreate) {
	if create.CreateSpec.Category == "" {
		create.CreateSpec.Category = string(types.PbmProfileCategoryEnumREQUIREMENT)
	}
}

// restore makes policies again, under the identifiers that namespaces know them by. Of their rules nothing is kept: the simulator's
// placement looks at none.
func (p *policyService) restore(kept []storedPolicy) {
	for _, policy := range kept {
		if _, known := p.all()[policy.Policy]; known {
			continue
		}
		ctx := &simulator.Context{Map: p.registry, Session: &simulator.Session{UserSession: vim.UserSession{UserName: "simulated"}}}
		spec := types.PbmCapabilityProfileCreateSpec{
			Name: policy.Name, Description: policy.Description, K8sCompliantName: policy.KubernetesName, ResourceType: storage,
			Category: string(types.PbmProfileCategoryEnumREQUIREMENT), Constraints: &types.PbmCapabilitySubProfileConstraints{},
		}
		made := p.manager.PbmCreate(ctx, &types.PbmCreate{CreateSpec: spec}).(*methods.PbmCreateBody)
		for _, profile := range p.profiles() {
			if profile.ProfileId == made.Res.Returnval {
				profile.ProfileId.UniqueId = policy.Policy
			}
		}
	}
}

// policyRoutes serve vmware-vcenter 9.1.1 com/vmware/vcenter/storage_client.py Policies.
func (v *vcenter) policyRoutes() []route {
	return []route{{method: "GET", path: "/api/vcenter/storage/policies", privilege: "StorageProfile.View", handle: v.listPolicies}}
}

// policySummary is Policies.Summary.
type policySummary struct {
	Policy      string `json:"policy"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func (v *vcenter) listPolicies(c *call) (any, *apiError) {
	wanted := c.URL.Query()["policies"]
	found := []policySummary{}
	for _, policy := range v.policies.list() {
		if len(wanted) == 0 || slices.Contains(wanted, policy.Policy) {
			found = append(found, policySummary{policy.Policy, policy.Name, policy.Description})
		}
	}
	return found, nil
}
