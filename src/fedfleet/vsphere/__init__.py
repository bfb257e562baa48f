"""vCenter and its Supervisors: sessions, namespaces, clusters, power."""
