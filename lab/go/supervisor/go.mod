module fedfleet.dev/lab/supervisor

go 1.24.0

require (
	github.com/vmware-tanzu/tanzu-framework/apis/run v0.0.0-20230419030809-7081502ebf68
	sigs.k8s.io/cluster-api v1.14.2
)
