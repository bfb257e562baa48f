"""Drills: a fault done on purpose, what must stay true, and what was measured."""
