"""Signed evidence of runs: who did what, when, with which inputs, what changed, and what was proven."""
