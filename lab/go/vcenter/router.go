package main

import (
	"log"
	"net/http"
	"time"
)

// call is one request, and whose it is.
type call struct {
	*http.Request
	who     *account
	session session
}

// created is an answer with status 201 instead of 200; no answer at all has status 204.
type created struct{ body any }

// route is an address and what answers it. Privilege is what vmware-vcenter 9.1.1 says that the caller needs; none where it says
// System.Anonymous. Of `action`, the query parameter, each has a route of its own.
type route struct {
	method, path, action, privilege string
	open                            bool
	handle                          func(*call) (any, *apiError)
}

func (r route) template() string {
	if r.action == "" {
		return r.method + " " + r.path
	}
	return r.method + " " + r.path + "?action=" + r.action
}

// front is the whole vCenter: SOAP, the REST API, and the lab's own doors.
func (v *vcenter) front() http.Handler {
	mux := http.NewServeMux()
	soap := v.soapDoor()
	mux.Handle("/sdk", soap)
	mux.Handle("/sdk/", soap)
	mux.Handle("/pbm", soap)
	var routes []route
	for _, some := range [][]route{
		v.sessionRoutes(), v.namespaceRoutes(), v.accessRoutes(), v.supervisorRoutes(), v.clusterRoutes(), v.classRoutes(),
		v.policyRoutes(), v.libraryRoutes(), v.itemRoutes(), v.listRoutes(), v.categoryRoutes(), v.tagRoutes(), v.attachmentRoutes(),
	} {
		routes = append(routes, some...)
	}
	v.mount(mux, routes, v.answerAPI)
	v.mount(mux, v.labRoutes(), v.answerLab)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		v.calls.count("unknown path")
		writeError(w, noSuchPath(r))
	})
	return mux
}

// mount gives every address to its routes; those that differ in their action only share one.
func (v *vcenter) mount(mux *http.ServeMux, routes []route, answer func(http.ResponseWriter, *http.Request, route)) {
	byAction := map[string]map[string]route{}
	for _, one := range routes {
		pattern := one.method + " " + one.path
		if byAction[pattern] == nil {
			byAction[pattern] = map[string]route{}
			mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
				chosen, known := byAction[pattern][r.URL.Query().Get("action")]
				if !known {
					writeError(w, noSuchPath(r))
					return
				}
				answer(w, r, chosen)
			})
		}
		byAction[pattern][one.action] = one
	}
}

// answerAPI answers one call of the REST API: slowly and wrongly where that was asked for, and to those only who may ask.
func (v *vcenter) answerAPI(w http.ResponseWriter, r *http.Request, one route) {
	time.Sleep(v.settings.latency)
	v.calls.count(one.template())
	if refusal := v.faults.restFault(r); refusal != nil {
		if refusal.status == http.StatusUnauthorized {
			v.sessions.end(r)
		}
		writeError(w, refusal)
		return
	}
	c := &call{Request: r}
	if !one.open {
		var refusal *apiError
		if c.session, refusal = v.sessions.of(r); refusal != nil {
			writeError(w, refusal)
			return
		}
		c.who = c.session.who
		if !c.who.may(one.privilege) {
			writeError(w, refuse("UNAUTHORIZED", "%s needs the privilege %s for %s", c.who.full(), one.privilege, one.template()))
			return
		}
	}
	v.answer(w, c, one)
}

// answerLab answers whoever has the lab's token.
func (v *vcenter) answerLab(w http.ResponseWriter, r *http.Request, one route) {
	if v.labToken == "" || !same(r.Header.Get(labTokenHeader), v.labToken) {
		writeError(w, refuse("UNAUTHENTICATED", "This door is the lab's own, no vCenter has it: expected the lab's token in %s", labTokenHeader))
		return
	}
	v.answer(w, &call{Request: r}, one)
}

func (v *vcenter) answer(w http.ResponseWriter, c *call, one route) {
	body, refusal := v.locked(c, one)
	switch answer := body.(type) {
	case nil:
		if refusal != nil {
			writeError(w, refusal)
			return
		}
		write(w, http.StatusNoContent, nil)
	case created:
		write(w, http.StatusCreated, answer.body)
	default:
		write(w, http.StatusOK, answer)
	}
}

// locked runs a route, and writes down what it changed before anybody hears of it.
func (v *vcenter) locked(c *call, one route) (any, *apiError) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.passTime()
	body, refusal := one.handle(c)
	if refusal != nil {
		return nil, refusal
	}
	if one.method != http.MethodGet {
		if err := v.saveState(); err != nil {
			log.Printf("the state cannot be kept: %v", err)
			return nil, refuse("INTERNAL_SERVER_ERROR", "The state cannot be kept: %v", err)
		}
	}
	return body, nil
}
