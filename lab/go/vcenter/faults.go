package main

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// plannedFault is one thing that is to go wrong, `times` often, or always where that is 0. It is of one of three kinds:
//   - a REST call or a login that fits `method` and `path_regex`: it takes `delay_ms` longer, and is refused where `status` says so;
//   - a SOAP method, `task`: tasks run `delay_ms` longer and end with `fault`, other methods answer with it;
//   - a namespace: when it would become RUNNING it becomes `config_status` instead, with `message`.
type plannedFault struct {
	Method       string `json:"method,omitempty"`
	PathRegex    string `json:"path_regex,omitempty"`
	Status       int    `json:"status,omitempty"`
	ErrorType    string `json:"error_type,omitempty"`
	Task         string `json:"task,omitempty"`
	Fault        string `json:"fault,omitempty"`
	Namespace    string `json:"namespace,omitempty"`
	ConfigStatus string `json:"config_status,omitempty" enum:"CONFIGURING|RUNNING|ERROR"`
	Message      string `json:"message,omitempty"`
	Times        int    `json:"times,omitempty"`
	DelayMS      int    `json:"delay_ms,omitempty"`

	path *regexp.Regexp
	kind reflect.Type
	used int
}

// faultPlan holds what is to go wrong; the first entry that fits a call and is not used up is the one.
type faultPlan struct {
	mu      sync.Mutex
	planned []*plannedFault
}

// set replaces the plan. It is refused as a whole where one entry is of no kind, or of no fault that vim25 has.
func (p *faultPlan) set(planned []*plannedFault) *apiError {
	for i, one := range planned {
		if refusal := one.prepare(); refusal != nil {
			refusal.Messages[0].DefaultMessage = fmt.Sprintf("Fault %d: %s", i+1, refusal.Messages[0].DefaultMessage)
			return refusal
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planned = planned
	return nil
}

func (f *plannedFault) prepare() *apiError {
	kinds := 0
	for _, word := range []string{f.PathRegex, f.Task, f.Namespace} {
		if word != "" {
			kinds++
		}
	}
	if kinds != 1 {
		return refuse("INVALID_ARGUMENT", "expected one of path_regex, task and namespace, found %d of them", kinds)
	}
	var err error
	if f.path, err = regexp.Compile(f.PathRegex); err != nil {
		return refuse("INVALID_ARGUMENT", "path_regex is none: %v", err)
	}
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		return refuse("INVALID_ARGUMENT", "status: expected 400 to 599, found %d", f.Status)
	}
	if f.Fault != "" {
		kind, known := types.TypeFunc()(f.Fault)
		if !known || !reflect.PointerTo(kind).Implements(reflect.TypeFor[types.BaseMethodFault]()) {
			return refuse("INVALID_ARGUMENT", "fault: expected the name of one of vim25's, found %q", f.Fault)
		}
		f.kind = kind
	}
	return nil
}

func (f *plannedFault) methodFault() types.BaseMethodFault {
	if f.kind == nil {
		return nil
	}
	return reflect.New(f.kind).Interface().(types.BaseMethodFault)
}

// take uses the first entry that fits, once.
func (p *faultPlan) take(fits func(*plannedFault) bool) *plannedFault {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.planned, func(f *plannedFault) bool { return (f.Times == 0 || f.used < f.Times) && fits(f) })
	if at < 0 {
		return nil
	}
	p.planned[at].used++
	return p.planned[at]
}

// restFault waits as long as is planned for a call, and returns what it is refused with, if so.
func (p *faultPlan) restFault(r *http.Request) *apiError {
	found := p.take(func(f *plannedFault) bool {
		return f.PathRegex != "" && (f.Method == "" || f.Method == r.Method) && f.path.MatchString(r.URL.Path)
	})
	if found == nil {
		return nil
	}
	pause(r, time.Duration(found.DelayMS)*time.Millisecond)
	if found.Status == 0 {
		return nil
	}
	kind := found.ErrorType
	if kind == "" {
		kind = defaultTypes[found.Status]
	}
	if kind == "" {
		kind = "ERROR"
	}
	refusal := refuseAs(kind, "fedfleet.lab.fault", "%s", found.Message)
	refusal.status = found.Status
	return refusal
}

// defaultTypes maps HTTP status codes to error types: vmware-vapi-runtime 9.1.1 vmware/vapi/rest/lib.py http_to_vapi_error_map.
var defaultTypes = map[int]string{
	http.StatusBadRequest:          "INVALID_REQUEST",
	http.StatusUnauthorized:        "UNAUTHENTICATED",
	http.StatusForbidden:           "UNAUTHORIZED",
	http.StatusNotFound:            "NOT_FOUND",
	http.StatusConflict:            "CONCURRENT_CHANGE",
	http.StatusInternalServerError: "INTERNAL_SERVER_ERROR",
	http.StatusServiceUnavailable:  "SERVICE_UNAVAILABLE",
	http.StatusGatewayTimeout:      "TIMED_OUT",
}

// pause waits, unless the client has given up.
func pause(r *http.Request, length time.Duration) {
	if length <= 0 {
		return
	}
	select {
	case <-time.After(length):
	case <-r.Context().Done():
	}
}

// soapFault is for SOAP methods that make no task; those that do are dealt with when the task runs.
func (p *faultPlan) soapFault(method string) types.BaseMethodFault {
	if _, isTask := taskNames[method]; isTask {
		return nil
	}
	found := p.take(func(f *plannedFault) bool { return f.Task == method })
	if found == nil {
		return nil
	}
	time.Sleep(time.Duration(found.DelayMS) * time.Millisecond)
	return found.methodFault()
}

// namespaceFault returns what is to become of a namespace instead of RUNNING.
func (p *faultPlan) namespaceFault(name string) *plannedFault {
	return p.take(func(f *plannedFault) bool { return f.Namespace == name })
}
