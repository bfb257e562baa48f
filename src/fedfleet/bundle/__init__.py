"""A support bundle: what somebody who helps has to see of a site, and nothing that is secret."""

from __future__ import annotations

from fedfleet.bundle.writing import Written, write_bundle

__all__ = ["Written", "write_bundle"]
