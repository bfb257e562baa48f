"""Shared storage of the lab: volumes with enforced sizes and snapshots, on disks that may fail."""
