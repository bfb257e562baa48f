package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
)

// message is vmware-vcenter 9.1.1 com/vmware/vapi/std_client.py LocalizableMessage.
type message struct {
	ID             string   `json:"id"`
	DefaultMessage string   `json:"default_message"`
	Args           []string `json:"args"`
}

func say(id, format string, args ...any) message {
	return message{ID: id, DefaultMessage: fmt.Sprintf(format, args...), Args: []string{}}
}

// apiError is the body of every refusal: vmware-vapi-runtime com/vmware/vapi/std/errors_client.py Error, as vCenter sends it below /api.
type apiError struct {
	status    int
	ErrorType string    `json:"error_type"`
	Messages  []message `json:"messages"`
	Challenge string    `json:"challenge,omitempty"`
}

func (e *apiError) Error() string { return e.ErrorType + ": " + e.Messages[0].DefaultMessage }

// statuses maps error types to HTTP status codes: vmware-vapi-runtime 9.1.1 vmware/vapi/rest/lib.py vapi_to_http_error_map.
var statuses = map[string]int{
	"ALREADY_EXISTS":               http.StatusBadRequest,
	"ALREADY_IN_DESIRED_STATE":     http.StatusBadRequest,
	"CONCURRENT_CHANGE":            http.StatusConflict,
	"ERROR":                        http.StatusInternalServerError,
	"FEATURE_IN_USE":               http.StatusBadRequest,
	"INTERNAL_SERVER_ERROR":        http.StatusInternalServerError,
	"INVALID_ARGUMENT":             http.StatusBadRequest,
	"INVALID_ELEMENT_TYPE":         http.StatusBadRequest,
	"INVALID_REQUEST":              http.StatusBadRequest,
	"NOT_ALLOWED_IN_CURRENT_STATE": http.StatusBadRequest,
	"NOT_FOUND":                    http.StatusNotFound,
	"OPERATION_NOT_FOUND":          http.StatusNotFound,
	"RESOURCE_BUSY":                http.StatusBadRequest,
	"RESOURCE_INACCESSIBLE":        http.StatusBadRequest,
	"RESOURCE_IN_USE":              http.StatusBadRequest,
	"SERVICE_UNAVAILABLE":          http.StatusServiceUnavailable,
	"TIMED_OUT":                    http.StatusGatewayTimeout,
	"UNABLE_TO_ALLOCATE_RESOURCE":  http.StatusBadRequest,
	"UNAUTHENTICATED":              http.StatusUnauthorized,
	"UNAUTHORIZED":                 http.StatusForbidden,
	"UNSUPPORTED":                  http.StatusBadRequest,
}

// refuse makes the error of a type; ids that no source names begin with `fedfleet.lab.`, so that nobody takes them for VMware's.
func refuse(kind, format string, args ...any) *apiError {
	return refuseAs(kind, "fedfleet.lab.refused", format, args...)
}

func refuseAs(kind, id, format string, args ...any) *apiError {
	return &apiError{status: statuses[kind], ErrorType: kind, Messages: []message{say(id, format+" (simulated vCenter)", args...)}}
}

// unauthenticated has the id that a vCenter 9.1.1-25712839 sent to calls without a session, as noSuchPath has the one of a path that it
// does not know: a public probe of 23 September 2026 ("Compliance adapter: why the five vCenter VAMI controls are unreadable"). Words and
// challenge are the simulator's own; that there is a challenge is from VMware's description of the error (developer.broadcom.com, vSphere
// Automation API, Unauthenticated).
func unauthenticated(reason string) *apiError {
	refusal := refuseAs("UNAUTHENTICATED", "com.vmware.vapi.endpoint.method.authentication.required", "Authentication required: %s", reason)
	refusal.Challenge = `Basic realm="VAPI endpoint",SIGN realm="simulated vCenter"`
	return refusal
}

func noSuchPath(r *http.Request) *apiError {
	return refuseAs("NOT_FOUND", "com.vmware.vapi.rest.httpNotFound", "Not found: %s %s", r.Method, r.URL.Path)
}

func write(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Printf("an answer was not sent in full: %v", err)
	}
}

func writeError(w http.ResponseWriter, refusal *apiError) {
	if refusal.Challenge != "" {
		w.Header().Set("WWW-Authenticate", refusal.Challenge)
	}
	write(w, refusal.status, refusal)
}
