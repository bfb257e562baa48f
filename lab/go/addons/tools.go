//go:build tools

// Package addons pins the programs and the API definitions that the lab takes from other modules.
package addons

import (
	_ "github.com/coredns/coredns"
	_ "github.com/distribution/distribution/v3/cmd/registry"
	_ "github.com/kubernetes-csi/external-snapshotter/client/v8/apis/volumesnapshot/v1"
)
