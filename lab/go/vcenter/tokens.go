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
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// audience is whom the tokens are for: `--oidc-client-id` of the kube-apiserver.
const audience = "fedfleet-lab"

// keysPath is where the keys are published.
const keysPath = "/openid/v1/jwks"

// signer makes and checks the login's tokens: JSON web tokens (RFC 7519) with ES256 (RFC 7518, section 3.4).
type signer struct {
	key    *ecdsa.PrivateKey
	id     string
	issuer string
	life   time.Duration
}

// newSigner keeps its key beside the state, so that tokens outlive a restart; without a state the key is new every time.
func newSigner(s *settings) (*signer, error) {
	key, err := signingKey(s.state)
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(point)
	return &signer{key, base64.RawURLEncoding.EncodeToString(digest[:12]), s.issuer, s.tokenLife}, nil
}

func signingKey(state string) (*ecdsa.PrivateKey, error) {
	if state == "" {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	path := filepath.Join(filepath.Dir(state), "token-signing.key")
	content, err := readSecret(path)
	if errors.Is(err, os.ErrNotExist) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalECPrivateKey(key)
		if err != nil {
			return nil, err
		}
		return key, writeSecret(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(content))
	if block == nil {
		return nil, fmt.Errorf("%s holds no key in PEM; remove it to have a new one", path)
	}
	return x509.ParseECPrivateKey(block.Bytes)
}

// claims are what a kube-apiserver reads: `--oidc-username-claim=sub --oidc-groups-claim=groups`.
type claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience string   `json:"aud"`
	IssuedAt int64    `json:"iat"`
	Expires  int64    `json:"exp"`
	Groups   []string `json:"groups"`
}

// subjectOf is the name by which a Supervisor knows an account (docs.vmware.com, vSphere 8.0, GUID-223D91FB: role bindings of vCenter users).
func subjectOf(who *account) string { return "sso:" + who.full() }

// sign returns a token. Groups are named like users: with `sso:` before and their domain behind.
func (s *signer) sign(who *account) (string, error) {
	now := time.Now()
	said := claims{s.issuer, subjectOf(who), audience, now.Unix(), now.Add(s.life).Unix(), []string{}}
	for _, group := range who.Groups {
		said.Groups = append(said.Groups, "sso:"+group+"@"+who.Domain)
	}
	body, err := json.Marshal(said)
	if err != nil {
		return "", err
	}
	header, err := json.Marshal(map[string]string{"alg": "ES256", "typ": "JWT", "kid": s.id})
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(body)
	digest := sha256.Sum256([]byte(text))
	left, right, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		return "", err
	}
	var signature [64]byte
	left.FillBytes(signature[:32])
	right.FillBytes(signature[32:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature[:]), nil
}

// subject returns whose token this is, and whether it is one of ours that has not ended.
func (s *signer) subject(token string) (string, bool) {
	cut := strings.LastIndex(token, ".")
	if cut < 0 {
		return "", false
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[cut+1:])
	if err != nil || len(signature) != 64 {
		return "", false
	}
	digest := sha256.Sum256([]byte(token[:cut]))
	left, right := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(&s.key.PublicKey, digest[:], left, right) {
		return "", false
	}
	_, middle, _ := strings.Cut(token[:cut], ".")
	body, err := base64.RawURLEncoding.DecodeString(middle)
	var said claims
	if err != nil || json.Unmarshal(body, &said) != nil {
		return "", false
	}
	return said.Subject, time.Now().Unix() < said.Expires
}

// discovery is what OpenID Connect Discovery 1.0, section 3, asks for.
func (s *signer) discovery() map[string]any {
	return map[string]any{
		"issuer":                                s.issuer,
		"jwks_uri":                              strings.TrimSuffix(s.issuer, "/") + keysPath,
		"response_types_supported":              []string{"id_token"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
	}
}

// keys is a JSON web key set (RFC 7517, section 5, and RFC 7518, section 6.2).
func (s *signer) keys() map[string]any {
	// An uncompressed point: a byte 4, then both coordinates.
	point, err := s.key.PublicKey.Bytes()
	if err != nil {
		return map[string]any{"keys": []any{}}
	}
	key := map[string]string{
		"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": s.id,
		"x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:]),
	}
	return map[string]any{"keys": []any{key}}
}
