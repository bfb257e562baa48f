"""Engines: what trains. One protocol for all of them, one package each."""

from __future__ import annotations

from fedfleet.engine.protocol import Engine, JobClient, JobState, RouteKind, Way, Word

__all__ = ["Engine", "JobClient", "JobState", "RouteKind", "Way", "Word"]
