//go:build tools

// Package metallb pins the load balancer; it needs an older Kubernetes client than the other addons.
package metallb

import (
	_ "go.universe.tf/metallb/controller"
	_ "go.universe.tf/metallb/speaker"
)
