"""The control plane and what it serves: certificates, etcd, API server, Calico's resources."""
