package main

import (
	"encoding/base64"
	"io"
	"log"
	"net/http"
	"strings"
	"time"
)

// guestCluster is where a workload cluster's API is, and who vouches for it, in PEM.
type guestCluster struct {
	Server string `json:"server" vapi:"required"`
	CA     string `json:"ca" vapi:"required"`
}

func (v *vcenter) announceGuest(c *call) (any, *apiError) {
	var cluster guestCluster
	if refusal := decode(c.Request, &cluster); refusal != nil {
		return nil, refusal
	}
	v.state.GuestClusters[c.PathValue("namespace")+"/"+c.PathValue("name")] = cluster
	return nil, nil
}

func (v *vcenter) forgetGuest(c *call) (any, *apiError) {
	delete(v.state.GuestClusters, c.PathValue("namespace")+"/"+c.PathValue("name"))
	return nil, nil
}

// supervisorDoor is what a Supervisor's address answers beside its Kubernetes API: the login that kubectl-vsphere uses (no binding of VMware
// describes it: vmware-skills/VMware-VKS f272bf1, and docs.vmware.com, vSphere 8.0, GUID-3B33C8A5 for the tokens), and the OpenID discovery
// by which a kube-apiserver takes the login's tokens, which is the lab's own way.
func (v *vcenter) supervisorDoor() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /wcp/login", v.loginDoor("POST /wcp/login", v.login))
	mux.HandleFunc("GET /wcp/workloads", v.loginDoor("GET /wcp/workloads", v.workloads))
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, v.signer.discovery())
	})
	mux.HandleFunc("GET "+keysPath, func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, v.signer.keys()) })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "simulated Supervisor\n")
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { writeError(w, noSuchPath(r)) })
	return mux
}

// loginDoor lets in who shows a name and a password, or a token that was given here.
func (v *vcenter) loginDoor(template string, answer func(*call) (any, *apiError)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(v.settings.latency)
		v.calls.count(template)
		if refusal := v.faults.restFault(r); refusal != nil {
			writeError(w, refusal)
			return
		}
		who := v.whoever(r)
		if who == nil {
			writeError(w, unauthenticated("name or password is not right"))
			return
		}
		v.answer(w, &call{Request: r, who: who}, route{method: http.MethodGet, handle: answer})
	}
}

func (v *vcenter) whoever(r *http.Request) *account {
	if token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); bearer {
		name, valid := v.signer.subject(token)
		for _, one := range v.accounts {
			if valid && subjectOf(one) == name {
				return one
			}
		}
		return nil
	}
	user, password, _ := r.BasicAuth()
	who := v.accounts.find(user, password)
	if who == nil {
		log.Printf("a login to the simulated Supervisor as %q was refused", user)
	}
	return who
}

// loginRequest names the workload cluster to log in to, if any.
type loginRequest struct {
	GuestClusterName      string `json:"guest_cluster_name"`
	GuestClusterNamespace string `json:"guest_cluster_namespace"`
}

// loginAnswer has the two fields of a workload cluster where one was named; its server is empty where there is none.
type loginAnswer struct {
	SessionID          string  `json:"session_id"`
	GuestClusterServer *string `json:"guest_cluster_server,omitempty"`
	GuestClusterCA     *string `json:"guest_cluster_ca,omitempty"`
}

func (v *vcenter) login(c *call) (any, *apiError) {
	var wanted loginRequest
	if c.ContentLength != 0 {
		if refusal := decode(c.Request, &wanted); refusal != nil {
			return nil, refusal
		}
	}
	token, err := v.signer.sign(c.who)
	if err != nil {
		return nil, refuse("INTERNAL_SERVER_ERROR", "No token can be signed: %v", err)
	}
	answer := loginAnswer{SessionID: token}
	if wanted.GuestClusterName != "" {
		found := v.guest(wanted, c.who)
		ca := base64.StdEncoding.EncodeToString([]byte(found.CA))
		answer.GuestClusterServer, answer.GuestClusterCA = &found.Server, &ca
	}
	return answer, nil
}

// guest returns the workload cluster of that name, in the namespace that was named or in any that the caller has a role on.
func (v *vcenter) guest(wanted loginRequest, who *account) guestCluster {
	for _, key := range sorted(v.state.GuestClusters) {
		space, name, _ := strings.Cut(key, "/")
		n := v.state.Namespaces[space]
		if name == wanted.GuestClusterName && (wanted.GuestClusterNamespace == "" || wanted.GuestClusterNamespace == space) &&
			n != nil && grants(n, who) {
			return v.state.GuestClusters[key]
		}
	}
	return guestCluster{}
}

// workload is one namespace of GET /wcp/workloads: the two fields that clients are known to read.
type workload struct {
	Namespace  string `json:"namespace"`
	MasterHost string `json:"master_host"`
}

func (v *vcenter) workloads(c *call) (any, *apiError) {
	own, refusal := v.listOwnNamespaces(c)
	if refusal != nil {
		return nil, refusal
	}
	found := []workload{}
	for _, one := range own.([]ownNamespace) {
		found = append(found, workload(one))
	}
	return found, nil
}
