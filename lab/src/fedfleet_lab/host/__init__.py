"""What the lab uses of the machine it runs on: its network, control groups, mounts, registry."""
