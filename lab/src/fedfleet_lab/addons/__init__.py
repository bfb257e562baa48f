"""What runs in the cluster for all its users: name service and load balancer."""
