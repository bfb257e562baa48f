"""scikit-learn, which only workloads need: the extra `fedfleet[workload]` brings it, and it is loaded when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fedfleet.errors import FedFleetError


class MissingExtraError(FedFleetError):
    """The packages of the extra `fedfleet[workload]` are not installed."""


def sklearn(module: str) -> Any:
    """A module of scikit-learn, such as ``metrics``.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return import_module(f"sklearn.{module}")
    except ImportError as error:
        raise MissingExtraError(
            "Workloads need scikit-learn, which is not installed",
            found=str(error),
            next_step="Install it with: pip install 'fedfleet[workload]'",
        ) from error
