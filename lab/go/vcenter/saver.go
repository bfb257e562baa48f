package main

import (
	"log"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// settling is how long changes over SOAP are gathered before they are written down: power cycles come in bursts.
const settling = 100 * time.Millisecond

// saver writes down what SOAP calls change. They tell it so from inside the simulator's locks, so that it looks for itself, later.
type saver struct{ touched chan struct{} }

func (v *vcenter) startSaver() *saver {
	s := &saver{touched: make(chan struct{}, 1)}
	v.model.Map().AddHandler(vmWatch{s})
	go func() {
		for range s.touched {
			time.Sleep(settling)
			if err := v.saveAll(); err != nil {
				log.Printf("the state cannot be kept: %v", err)
			}
		}
	}()
	return s
}

// touch says that something changed; it never waits.
func (s *saver) touch() {
	select {
	case s.touched <- struct{}{}:
	default:
	}
}

// saveAll writes down everything, the VMs as they are now.
func (v *vcenter) saveAll() error {
	vms := v.currentVMs()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.state.VMs = vms
	return v.saveState()
}

// vmWatch notes every change of a VM.
type vmWatch struct{ *saver }

func (vmWatch) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Simulator", Value: "vm-watch"}
}

func (w vmWatch) PutObject(_ *simulator.Context, item mo.Reference) { w.note(item.Reference()) }

func (w vmWatch) UpdateObject(_ *simulator.Context, item mo.Reference, _ []types.PropertyChange) {
	w.note(item.Reference())
}

func (w vmWatch) RemoveObject(_ *simulator.Context, item types.ManagedObjectReference) { w.note(item) }

func (w vmWatch) note(item types.ManagedObjectReference) {
	if item.Type == "VirtualMachine" {
		w.touch()
	}
}
