package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vmware/govmomi/pbm/methods"
	pbmsim "github.com/vmware/govmomi/pbm/simulator"
	"github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/simulator"
	vim "github.com/vmware/govmomi/vim25/types"
)

const viewPolicies = "StorageProfile.View"

// storedPolicy is a storage policy as it outlives a restart.
type storedPolicy struct {
	Policy      string `json:"policy"`
	Name        string `json:"name"`
	Description string `json:"description"`
	// KubernetesName is what its storage class is called in namespaces.
	KubernetesName string `json:"k8s_compliant_name"`
	// Rules are tags that a datastore has to have, by category.
	Rules map[string][]string `json:"rules,omitempty"`
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
		found[id] = storedPolicy{id, profile.Name, profile.Description, kubernetesName(profile), tagRules(profile)}
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
// (vm-operator 506dc5d of 2026-08-21, pkg/util/vsphere/storage/storage_policy.go).
func kubernetesName(profile *types.PbmCapabilityProfile) string {
	if profile.K8sCompliantName != "" {
		return profile.K8sCompliantName
	}
	return strings.Trim(unfitForKubernetes.ReplaceAllString(strings.ToLower(profile.Name), "-"), "-.")
}

// beforeCreate gives a policy that is being made the category that older clients lose on their way: their wire version has none, and a
// policy without it would be listed nowhere (pyvmomi 9.1.1 pyVmomi/_typeinfo_pbm.py: `category` is of pbm.version11; govmomi v0.56.0 pbm/simulator).
func (p *policyService) beforeCreate(create *types.PbmCreate) {
	if create.CreateSpec.Category == "" {
		create.CreateSpec.Category = string(types.PbmProfileCategoryEnumREQUIREMENT)
	}
}

// tagNamespace is the namespace of capabilities that are tags: govmomi v0.56.0 pbm.
const tagNamespace = "http://www.vmware.com/storage/tag"

// tagRules returns a policy's rules on tags, by category.
func tagRules(profile *types.PbmCapabilityProfile) map[string][]string {
	rules := map[string][]string{}
	constraints, ok := profile.Constraints.(*types.PbmCapabilitySubProfileConstraints)
	if !ok {
		return rules
	}
	for _, part := range constraints.SubProfiles {
		for _, capability := range part.Capability {
			if capability.Id.Namespace != tagNamespace {
				continue
			}
			for _, constraint := range capability.Constraint {
				for _, property := range constraint.PropertyInstance {
					if set, ok := property.Value.(types.PbmCapabilityDiscreteSet); ok {
						for _, value := range set.Values {
							rules[capability.Id.Id] = append(rules[capability.Id.Id], fmt.Sprint(value))
						}
					}
				}
			}
		}
	}
	return rules
}

// constraintsOf is the other way round.
func constraintsOf(rules map[string][]string) *types.PbmCapabilitySubProfileConstraints {
	constraints := &types.PbmCapabilitySubProfileConstraints{}
	for _, category := range sorted(rules) {
		set := types.PbmCapabilityDiscreteSet{}
		for _, value := range rules[category] {
			set.Values = append(set.Values, value)
		}
		property := types.PbmCapabilityPropertyInstance{Id: "com.vmware.storage.tag." + category + ".property", Value: set}
		constraints.SubProfiles = append(constraints.SubProfiles, types.PbmCapabilitySubProfile{
			Name: "Tag based placement",
			Capability: []types.PbmCapabilityInstance{{
				Id:         types.PbmCapabilityMetadataUniqueId{Namespace: tagNamespace, Id: category},
				Constraint: []types.PbmCapabilityConstraintInstance{{PropertyInstance: []types.PbmCapabilityPropertyInstance{property}}},
			}},
		})
	}
	return constraints
}

// restore makes policies again, under the identifiers that namespaces know them by; of their rules those on tags are kept.
func (p *policyService) restore(kept []storedPolicy) {
	for _, policy := range kept {
		if _, known := p.all()[policy.Policy]; known {
			continue
		}
		ctx := &simulator.Context{Map: p.registry, Session: &simulator.Session{UserSession: vim.UserSession{UserName: "simulated"}}}
		spec := types.PbmCapabilityProfileCreateSpec{
			Name: policy.Name, Description: policy.Description, K8sCompliantName: policy.KubernetesName, ResourceType: storage,
			Category: string(types.PbmProfileCategoryEnumREQUIREMENT), Constraints: constraintsOf(policy.Rules),
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
	// StorageProfile.View is what pyvmomi 9.1.1.0 says of the policy service; the bindings of REST name none.
	const all = "/api/vcenter/storage/policies"
	return []route{
		{method: "GET", path: all, privilege: viewPolicies, handle: v.listPolicies},
		// The action is that of VMware's PowerCLI (VMware.Sdk.vSphere.vCenter.Storage 8.0.2); the bindings leave it out, as for all older services.
		{method: "POST", path: all + "/{policy}", action: "check-compatibility", privilege: viewPolicies, handle: v.checkCompatibility},
	}
}

// checkedDatastores is the body of Policies.check_compatibility.
type checkedDatastores struct {
	Datastores []string `json:"datastores" vapi:"required"`
}

// compatibleDatastore is Policies.CompatibleDatastoreInfo.
type compatibleDatastore struct {
	Datastore string `json:"datastore"`
}

// checkCompatibility answers those of the datastores that have the tags of the policy's rules; of other rules the simulator knows nothing.
func (v *vcenter) checkCompatibility(c *call) (any, *apiError) {
	policy, known := v.policies.all()[c.PathValue("policy")]
	if !known {
		return nil, refuse("NOT_FOUND", "There is no storage policy %q", c.PathValue("policy"))
	}
	var wanted checkedDatastores
	if refusal := decode(c.Request, &wanted); refusal != nil {
		return nil, refusal
	}
	fitting := []compatibleDatastore{}
	for _, id := range wanted.Datastores {
		if v.exists("Datastore", id) && v.hasTags(objectID{"Datastore", id}, policy.Rules) {
			fitting = append(fitting, compatibleDatastore{id})
		}
	}
	return map[string]any{"compatible_datastores": fitting}, nil
}

// hasTags says whether an object has a tag of every rule.
func (v *vcenter) hasTags(object objectID, rules map[string][]string) bool {
	attached := v.tagsOf(object)
	for category, names := range rules {
		if !slices.ContainsFunc(attached, func(id string) bool {
			one := v.state.Tags[id]
			return slices.Contains(names, one.Name) && v.state.Categories[one.CategoryID].Name == category
		}) {
			return false
		}
	}
	return true
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
