package main

import (
	"net/http"
	"slices"

	"github.com/vmware/govmomi/pbm/methods"
	pbm "github.com/vmware/govmomi/pbm/simulator"
	"github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/simulator"
)

// policy is a storage policy as the REST API lists it (vmware-vcenter 9.1.1, com/vmware/vcenter/storage_client.py Policies.Summary).
type policy struct {
	Policy      string `json:"policy"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

// profiles is the storage policy service (PBM), which is govmomi's; policies are made there, over SOAP, and listed here.
type profiles struct{ manager *pbm.ProfileManager }

func newProfiles(s *simulator.Service) *profiles {
	registry := pbm.New()
	s.RegisterSDK(registry)
	for _, entity := range registry.AllReference("PbmProfileProfileManager") {
		return &profiles{entity.(*pbm.ProfileManager)}
	}
	return nil
}

func (p *profiles) capabilities() []*types.PbmCapabilityProfile {
	known := p.manager.PbmQueryProfile(&types.PbmQueryProfile{
		ResourceType: types.PbmProfileResourceType{ResourceType: string(types.PbmProfileResourceTypeEnumSTORAGE)},
	}).(*methods.PbmQueryProfileBody)
	content := p.manager.PbmRetrieveContent(&types.PbmRetrieveContent{ProfileIds: known.Res.Returnval}).(*methods.PbmRetrieveContentBody)
	var found []*types.PbmCapabilityProfile
	for _, item := range content.Res.Returnval {
		if profile, ok := item.(*types.PbmCapabilityProfile); ok {
			found = append(found, profile)
		}
	}
	return found
}

func (p *profiles) all() map[string]policy {
	found := map[string]policy{}
	for _, profile := range p.capabilities() {
		id := profile.ProfileId.UniqueId
		found[id] = policy{id, profile.Name, profile.Description}
	}
	return found
}

// restore makes a policy again that was there before a restart, under the identifier that namespaces know it by.
func (p *profiles) restore(kept policy) {
	if _, known := p.all()[kept.Policy]; known {
		return
	}
	context := &simulator.Context{Session: &simulator.Session{}}
	made := p.manager.PbmCreate(context, &types.PbmCreate{CreateSpec: types.PbmCapabilityProfileCreateSpec{
		Name: kept.Name, Description: kept.Description, Category: string(types.PbmProfileCategoryEnumREQUIREMENT),
		ResourceType: types.PbmProfileResourceType{ResourceType: string(types.PbmProfileResourceTypeEnumSTORAGE)},
		Constraints:  &types.PbmCapabilitySubProfileConstraints{},
	}}).(*methods.PbmCreateBody)
	for _, profile := range p.capabilities() {
		if profile.ProfileId == made.Res.Returnval {
			profile.ProfileId.UniqueId = kept.Policy
		}
	}
}

func (s *server) listPolicies(c call) (int, any, error) {
	known := s.profiles.all()
	wanted := c.URL.Query()["policies"]
	found := []policy{}
	for _, id := range sorted(known) {
		if len(wanted) == 0 || slices.Contains(wanted, id) {
			found = append(found, known[id])
		}
	}
	return http.StatusOK, found, nil
}
