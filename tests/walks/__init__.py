"""Random conversations through the engine: whatever comes, in whatever order, at whatever time."""
