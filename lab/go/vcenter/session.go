package main

import (
	"crypto/rand"
	"encoding/hex"
	"log"
	"net/http"
	"sync"
	"time"
)

// sessionHeader carries a session's token in every call below /api (vmware-vcenter 9.1.1 com/vmware/cis_client.py Session).
const sessionHeader = "vmware-api-session-id"

type session struct {
	who        *account
	made, used time.Time
}

// sessions are those of the REST API; the simulator has its own for SOAP. They end when nobody uses them for so long.
type sessions struct {
	mu   sync.Mutex
	life time.Duration
	open map[string]*session
}

func newSessions(life time.Duration) *sessions {
	return &sessions{life: life, open: map[string]*session{}}
}

func (s *sessions) start(who *account) string {
	var random [16]byte
	// crypto/rand fails on no system that Go supports.
	_, _ = rand.Read(random[:])
	token := hex.EncodeToString(random[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for old, one := range s.open {
		if now.Sub(one.used) > s.life {
			delete(s.open, old)
		}
	}
	s.open[token] = &session{who: who, made: now, used: now}
	return token
}

// of returns a copy of the session that a request is of, as it was before this request.
func (s *sessions) of(r *http.Request) (session, *apiError) {
	token := r.Header.Get(sessionHeader)
	if token == "" {
		return session{}, unauthenticated("no session was named in the header " + sessionHeader)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.open[token]
	if found == nil || time.Since(found.used) > s.life {
		delete(s.open, token)
		return session{}, unauthenticated("the session has ended, or never was")
	}
	before := *found
	found.used = time.Now()
	return before, nil
}

func (s *sessions) end(r *http.Request) bool {
	token := r.Header.Get(sessionHeader)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.open[token]
	delete(s.open, token)
	return known
}

// sessionInfo is vmware-vcenter 9.1.1 com/vmware/cis_client.py Session.Info.
type sessionInfo struct {
	User             string `json:"user"`
	CreatedTime      string `json:"created_time"`
	LastAccessedTime string `json:"last_accessed_time"`
}

// timestamp is the form of DateTime in JSON: vmware-vapi-runtime 9.1.1 vmware/vapi/bindings/datetime_helper.py.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// sessionRoutes serve vmware-vcenter 9.1.1 com/vmware/cis_client.py Session.
func (v *vcenter) sessionRoutes() []route {
	return []route{
		{method: "POST", path: "/api/session", open: true, handle: v.openSession},
		{method: "GET", path: "/api/session", handle: v.describeSession},
		{method: "DELETE", path: "/api/session", handle: v.closeSession},
		// Before vSphere 7.0.2 a session was opened here, and some clients still do so: vmware.vmware_rest 4.9.0 plugins/module_utils/vmware_rest.py.
		{method: "POST", path: "/rest/com/vmware/cis/session", open: true, handle: v.openOldSession},
	}
}

func (v *vcenter) openSession(c *call) (any, *apiError) {
	user, password, _ := c.BasicAuth()
	who := v.accounts.find(user, password)
	if who == nil {
		log.Printf("a REST login as %q was refused", user)
		return nil, unauthenticated("name or password is not right")
	}
	v.calls.sessionOpened()
	return created{v.sessions.start(who)}, nil
}

// openOldSession answers as everything below /rest does: with status 200, and the value in an object.
func (v *vcenter) openOldSession(c *call) (any, *apiError) {
	answer, refusal := v.openSession(c)
	if refusal != nil {
		return nil, refusal
	}
	return map[string]any{"value": answer.(created).body}, nil
}

func (v *vcenter) describeSession(c *call) (any, *apiError) {
	return sessionInfo{c.who.full(), timestamp(c.session.made), timestamp(c.session.used)}, nil
}

func (v *vcenter) closeSession(c *call) (any, *apiError) {
	if v.sessions.end(c.Request) {
		v.calls.sessionClosed()
	}
	return nil, nil
}
