package main

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
)

// server answers what govmomi's simulator does not. One lock guards all of its state: nothing here takes long.
type server struct {
	mu       sync.Mutex
	options  options
	plan     *inventory
	people   accounts
	model    *simulator.Model
	token    string
	signer   *signer
	profiles *profiles

	sessions map[string]*session
	calls    map[string]int
	faults   []*fault
	state    state
}

type session struct {
	who  *account
	used time.Time
}

func newServer(o options, plan *inventory, people accounts, model *simulator.Model) (*server, error) {
	token, err := os.ReadFile(o.token)
	if err != nil {
		return nil, err
	}
	signer, err := newSigner(o)
	if err != nil {
		return nil, err
	}
	s := &server{
		options: o, plan: plan, people: people, model: model, signer: signer,
		token: strings.TrimSpace(string(token)), sessions: map[string]*session{}, calls: map[string]int{},
	}
	return s, s.load()
}

// call is one request of somebody who is logged in.
type call struct {
	*http.Request
	who *account
}

// route is an address and what answers it; the privilege is the one that VMware's reference asks for.
type route struct {
	pattern   string
	privilege string
	handle    func(c call) (int, any, error)
}

func (s *server) register(service *simulator.Service) {
	s.profiles = newProfiles(service)
	for _, kept := range s.state.Policies {
		s.profiles.restore(kept)
	}
	mux := service.ServeMux
	api := http.NewServeMux()
	for _, routes := range [][]route{s.namespaceRoutes(), s.supervisorRoutes(), s.classRoutes(), s.contentRoutes(), s.tagRoutes()} {
		for _, r := range routes {
			s.handle(api, r)
		}
	}
	for _, r := range s.labRoutes() {
		s.handleLab(api, r)
	}
	api.HandleFunc("POST /api/session", s.openSession)
	s.handle(api, route{"GET /api/session", "", s.whoAmI})
	s.handle(api, route{"DELETE /api/session", "", s.closeSession})
	api.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		answerError(w, &refusal{http.StatusNotFound, "NOT_FOUND", "com.vmware.vapi.rest.httpNotFound", "Not found: " + r.URL.Path + " (simulated vCenter)."})
	})
	mux.Handle("/api/", api)
	mux.Handle("/lab/", api)
}

func (s *server) handle(mux *http.ServeMux, r route) {
	mux.HandleFunc(r.pattern, func(w http.ResponseWriter, request *http.Request) {
		time.Sleep(s.options.latency)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls[r.pattern]++
		if no := s.broken(request); no != nil {
			answerError(w, no)
			return
		}
		who, err := s.known(request)
		if err == nil && !who.may(r.privilege) {
			err = refused(http.StatusForbidden, "UNAUTHORIZED", "unauthorized", "%s lacks the privilege %s (simulated vCenter).", who.full(), r.privilege)
		}
		s.finish(w, call{request, who}, r, err)
	})
}

func (s *server) handleLab(mux *http.ServeMux, r route) {
	mux.HandleFunc(r.pattern, func(w http.ResponseWriter, request *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		var err error
		if subtle.ConstantTimeCompare([]byte(request.Header.Get("x-lab-token")), []byte(s.token)) != 1 {
			err = refused(http.StatusUnauthorized, "UNAUTHENTICATED", "lab", "This door is the lab's own; no vCenter has it.")
		}
		s.finish(w, call{Request: request}, r, err)
	})
}

func (s *server) finish(w http.ResponseWriter, c call, r route, err error) {
	if err != nil {
		answerError(w, err)
		return
	}
	status, body, err := r.handle(c)
	if err == nil && c.Method != http.MethodGet {
		err = s.save()
	}
	if err != nil {
		answerError(w, err)
		return
	}
	answer(w, status, body)
}

func (s *server) openSession(w http.ResponseWriter, r *http.Request) {
	time.Sleep(s.options.latency)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls["POST /api/session"]++
	if no := s.broken(r); no != nil {
		answerError(w, no)
		return
	}
	user, password, _ := r.BasicAuth()
	who := s.people.find(user, password)
	if who == nil {
		answerError(w, unauthenticated("The user name or password is not correct (simulated vCenter)."))
		return
	}
	token := uuid.NewString()
	s.sessions[token] = &session{who, time.Now()}
	answer(w, http.StatusCreated, token)
}

func (s *server) whoAmI(c call) (int, any, error) {
	return http.StatusOK, map[string]any{"user": c.who.full(), "created_time": time.Now().UTC().Format(time.RFC3339)}, nil
}

func (s *server) closeSession(c call) (int, any, error) {
	delete(s.sessions, c.Header.Get(sessionHeader))
	s.calls["sessions closed"]++
	return http.StatusNoContent, nil, nil
}

const sessionHeader = "vmware-api-session-id"

func unauthenticated(text string) *refusal {
	return &refusal{http.StatusUnauthorized, "UNAUTHENTICATED", "com.vmware.vapi.endpoint.method.authentication.required", text}
}

// known returns whose session a request is of; one that was idle for too long has ended.
func (s *server) known(r *http.Request) (*account, error) {
	token := r.Header.Get(sessionHeader)
	found := s.sessions[token]
	if found == nil || time.Since(found.used) > s.options.sessionLife {
		delete(s.sessions, token)
		return nil, unauthenticated("Authentication required.")
	}
	found.used = time.Now()
	return found.who, nil
}

// fault is something that goes wrong on purpose: an answer of that kind, so many times, to calls that fit.
type fault struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Times     int    `json:"times"`
	Status    int    `json:"status"`
	ErrorType string `json:"error_type"`
	Message   string `json:"message"`
	DelayMS   int    `json:"delay_ms"`
}

func (s *server) broken(r *http.Request) *refusal {
	for _, f := range s.faults {
		if f.Times > 0 && (f.Method == "" || f.Method == r.Method) && strings.HasPrefix(r.URL.Path, f.Path) {
			f.Times--
			time.Sleep(time.Duration(f.DelayMS) * time.Millisecond)
			if f.Status == 0 {
				return nil
			}
			if f.Status == http.StatusUnauthorized {
				delete(s.sessions, r.Header.Get(sessionHeader))
			}
			return &refusal{f.Status, f.ErrorType, "fedfleet.lab.fault", fmt.Sprintf("%s (simulated fault)", f.Message)}
		}
	}
	return nil
}
