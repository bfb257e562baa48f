package main

import "time"

// configure begins to make a namespace what it is to be. With -namespace-delay it is done by itself; without, the lab's Supervisor says so.
func (v *vcenter) configure(n *namespace) {
	n.ConfigStatus, n.Messages = configuring, []statusMessage{}
	n.Due = v.due()
}

func (v *vcenter) remove(n *namespace) {
	n.ConfigStatus, n.Messages = removing, []statusMessage{}
	n.Due = v.due()
}

func (v *vcenter) due() time.Time {
	if v.settings.namespaceDelay == 0 {
		return time.Time{}
	}
	return time.Now().Add(v.settings.namespaceDelay)
}

// passTime finishes what is due. It runs before every look, so that nothing needs a clock of its own.
func (v *vcenter) passTime() {
	now := time.Now()
	for name, n := range v.state.Namespaces {
		if n.Due.IsZero() || now.Before(n.Due) {
			continue
		}
		n.Due = time.Time{}
		switch n.ConfigStatus {
		case removing:
			delete(v.state.Namespaces, name)
		case configuring:
			v.finish(n, running, []statusMessage{})
		}
	}
}

// finish gives a namespace its state, or the one that was planned for it instead of RUNNING.
func (v *vcenter) finish(n *namespace, status string, messages []statusMessage) {
	if status == running {
		if planned := v.faults.namespaceFault(n.Name); planned != nil {
			said := say("fedfleet.lab.fault", "%s (simulated fault)", planned.Message)
			status, messages = planned.ConfigStatus, []statusMessage{{Severity: "ERROR", Details: &said}}
		}
	}
	n.ConfigStatus, n.Messages = status, messages
}
