//go:build tools

// Package traefik pins the version of the ingress controller that the lab builds.
package traefik

import _ "github.com/traefik/traefik/v3/cmd/traefik"
