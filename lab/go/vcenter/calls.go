package main

import (
	"maps"
	"sync"
)

// callCounts counts what was asked of the simulator: calls by method and path template, and sessions. For benches and for tests that
// prove that a client opens no more than one session, and closes it.
type callCounts struct {
	mu             sync.Mutex
	calls          map[string]int
	opened, closed int
}

// callReport is what GET /lab/calls answers.
type callReport struct {
	Calls    map[string]int `json:"calls"`
	Sessions struct {
		Opened int `json:"opened"`
		Closed int `json:"closed"`
	} `json:"sessions"`
}

func newCallCounts() *callCounts { return &callCounts{calls: map[string]int{}} }

func (c *callCounts) count(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[what]++
}

func (c *callCounts) sessionOpened() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opened++
}

func (c *callCounts) sessionClosed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed++
}

func (c *callCounts) report() callReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	report := callReport{Calls: maps.Clone(c.calls)}
	report.Sessions.Opened, report.Sessions.Closed = c.opened, c.closed
	return report
}

func (c *callCounts) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls, c.opened, c.closed = map[string]int{}, 0, 0
}
