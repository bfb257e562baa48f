"""The lab: a data centre on one machine, made of real Kubernetes nodes in namespaces."""
