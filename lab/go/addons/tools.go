//go:build tools

package addons

import (
	_ "github.com/coredns/coredns"
	_ "github.com/distribution/distribution/v3/cmd/registry"
	_ "github.com/kubernetes-csi/external-snapshotter/client/v8/apis/volumesnapshot/v1"
	_ "go.universe.tf/metallb/controller"
	_ "go.universe.tf/metallb/speaker"
)
