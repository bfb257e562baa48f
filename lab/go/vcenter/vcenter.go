package main

import (
	"sync"

	"github.com/vmware/govmomi/simulator"
)

// vcenter is the simulated vCenter as a whole. One lock guards all that the REST API made: nothing that holds it takes long.
type vcenter struct {
	settings  *settings
	inventory *inventory
	accounts  accounts
	labToken  string
	model     *simulator.Model
	policies  *policyService
	signer    *signer
	sessions  *sessions
	calls     *callCounts
	faults    *faultPlan
	saver     *saver

	mu    sync.Mutex
	state *state
}

// newVCenter brings up the inventory, then what an earlier run has left, and opens no door.
func newVCenter(s *settings) (*vcenter, error) {
	v := &vcenter{settings: s, sessions: newSessions(s.sessionLife), calls: newCallCounts(), faults: &faultPlan{}}
	var err error
	if v.inventory, err = readInventory(s.inventory); err != nil {
		return nil, err
	}
	if v.accounts, err = readAccounts(s.accounts); err != nil {
		return nil, err
	}
	if s.labToken != "" {
		if v.labToken, err = readSecret(s.labToken); err != nil {
			return nil, err
		}
	}
	if v.signer, err = newSigner(s); err != nil {
		return nil, err
	}
	if v.state, err = loadState(s.state); err != nil {
		return nil, err
	}
	if v.model, err = v.inventory.build(); err != nil {
		return nil, err
	}
	v.policies = newPolicyService()
	v.policies.restore(v.state.Policies)
	if err := v.restoreVMs(); err != nil {
		v.model.Remove()
		return nil, err
	}
	v.startSupervisor()
	v.openSOAP()
	v.saver = v.startSaver()
	return v, nil
}
