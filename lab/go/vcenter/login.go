package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const audience = "fedfleet-lab"

// signer makes the tokens of the Supervisor's login service, as JSON Web Tokens (RFC 7519, ES256 of RFC 7518).
type signer struct {
	key    *ecdsa.PrivateKey
	issuer string
	life   time.Duration
}

// newSigner takes the key that was made before; a Supervisor's tokens outlive a restart of its login service.
func newSigner(o options) (*signer, error) {
	place := filepath.Join(o.dir, "login-service.key")
	written, err := os.ReadFile(place)
	if errors.Is(err, os.ErrNotExist) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalECPrivateKey(key)
		if err != nil {
			return nil, err
		}
		whole := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
		return &signer{key, o.issuer, o.tokenLife}, os.WriteFile(place, whole, 0o600)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(written)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key", place)
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	return &signer{key, o.issuer, o.tokenLife}, err
}

func encoded(part []byte) string { return base64.RawURLEncoding.EncodeToString(part) }

func (s *signer) token(who *account) (string, error) {
	now := time.Now()
	header, _ := json.Marshal(map[string]string{"alg": "ES256", "typ": "JWT", "kid": audience})
	claims, _ := json.Marshal(map[string]any{
		"iss": s.issuer, "aud": audience, "sub": "sso:" + who.full(), "groups": s.groups(who),
		"iat": now.Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(s.life).Unix(),
	})
	signed := encoded(header) + "." + encoded(claims)
	digest := sha256.Sum256([]byte(signed))
	first, second, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		return "", err
	}
	signature := append(first.FillBytes(make([]byte, 32)), second.FillBytes(make([]byte, 32))...)
	return signed + "." + encoded(signature), nil
}

func (s *signer) groups(who *account) []string {
	found := []string{}
	for _, group := range who.Groups {
		found = append(found, "sso:"+group+"@"+who.Domain)
	}
	return found
}

func (s *signer) keys() map[string]any {
	point, _ := s.key.PublicKey.Bytes()
	return map[string]any{"keys": []any{map[string]string{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": audience, "x": encoded(point[1:33]), "y": encoded(point[33:]),
	}}}
}

// loginRoutes are what a Supervisor's own address serves on port 443: the login of kubectl-vsphere, and the keys for its API server.
func (s *server) loginRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "Supervisor (simulated)") })
	mux.HandleFunc("POST /wcp/login", s.logIn)
	mux.HandleFunc("GET /wcp/workloads", s.workloads)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{
			"issuer": s.options.issuer, "jwks_uri": s.options.issuer + "/keys", "response_types_supported": []string{"id_token"},
			"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"ES256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.signer.keys()) })
	return mux
}

func (s *server) visitor(w http.ResponseWriter, r *http.Request) *account {
	if no := s.broken(r); no != nil {
		answerError(w, no)
		return nil
	}
	user, password, _ := r.BasicAuth()
	who := s.people.find(user, password)
	if who == nil {
		w.WriteHeader(http.StatusUnauthorized)
	}
	return who
}

// logIn answers as public clients of /wcp/login read it: a token, and of a cluster that was named its address and authority. An address
// that is empty means that there is no such cluster.
func (s *server) logIn(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls["POST /wcp/login"]++
	who := s.visitor(w, r)
	if who == nil {
		return
	}
	var wanted struct {
		Name      string `json:"guest_cluster_name"`
		Namespace string `json:"guest_cluster_namespace"`
	}
	if r.ContentLength > 0 {
		if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	token, err := s.signer.token(who)
	if err != nil {
		answerError(w, err)
		return
	}
	body := map[string]string{"session_id": token}
	if wanted.Name != "" {
		found := s.guest(wanted.Namespace, wanted.Name)
		body["guest_cluster_server"], body["guest_cluster_ca"] = found.Server, base64.StdEncoding.EncodeToString([]byte(found.CA))
	}
	answer(w, http.StatusOK, body)
}

func (s *server) guest(namespace, name string) guestCluster {
	for key, cluster := range s.state.Clusters {
		in, called, _ := strings.Cut(key, "/")
		if called == name && (namespace == "" || in == namespace) {
			return *cluster
		}
	}
	return guestCluster{}
}

func (s *server) workloads(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.visitor(w, r)
	if who == nil {
		return
	}
	found := []map[string]string{}
	for _, name := range sorted(s.state.Namespaces) {
		for _, entry := range list(s.state.Namespaces[name].AccessList) {
			if entry.Subject == who.Name && entry.Domain == who.Domain || who.may("Namespaces.Configure") {
				found = append(found, map[string]string{"namespace": name, "master_host": s.state.Supervisor.APIEndpoint})
				break
			}
		}
	}
	answer(w, http.StatusOK, found)
}
