"""A data centre: a simulated vCenter, and a Supervisor whose clusters are cells of the lab, with VMs as nodes."""
