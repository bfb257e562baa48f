"""The simulated vCenter: govmomi's simulator, with the Supervisor's REST API that it lacks."""
