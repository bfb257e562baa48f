package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// refusal is an error as vCenter's REST API answers it (vmware-vcenter 9.1.1, vmware/vapi/rest/lib.py and com/vmware/vapi/std/errors_client.py).
type refusal struct {
	Status    int
	ErrorType string
	ID        string
	Message   string
}

func (r *refusal) Error() string { return r.ErrorType + ": " + r.Message }

func refused(status int, kind, id, format string, arguments ...any) *refusal {
	return &refusal{status, kind, "com.vmware.vcenter." + id, fmt.Sprintf(format, arguments...)}
}

func notFound(what, name string) *refusal {
	return refused(http.StatusNotFound, "NOT_FOUND", "not_found", "The %s %q was not found (simulated vCenter).", what, name)
}

func invalid(format string, arguments ...any) *refusal {
	return refused(http.StatusBadRequest, "INVALID_ARGUMENT", "invalid_argument", format, arguments...)
}

func exists(what, name string) *refusal {
	return refused(http.StatusBadRequest, "ALREADY_EXISTS", "already_exists", "The %s %q exists already (simulated vCenter).", what, name)
}

type message struct {
	ID             string   `json:"id"`
	DefaultMessage string   `json:"default_message"`
	Args           []string `json:"args"`
}

func answerError(w http.ResponseWriter, err error) {
	var no *refusal
	if !errors.As(err, &no) {
		no = refused(http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "internal", "%v", err)
	}
	body := map[string]any{"error_type": no.ErrorType, "messages": []message{{no.ID, no.Message, []string{}}}}
	answer(w, no.Status, body)
}

func answer(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// read takes a request's body apart. Fields that the API does not have are refused, where VMware's may drop them without a word: a client
// that misspells one is to find out here.
func read(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return invalid("The request's body was not understood: %v", err)
	}
	return nil
}
