"""Writes docs/reference from what the code says of itself: argument specs, module documentation, commands."""
