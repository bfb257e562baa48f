"""Kubernetes' quantities as numbers. Format: apimachinery/pkg/api/resource/quantity.go."""

from __future__ import annotations

import re

from fedfleet.errors import FedFleetError

_QUANTITY = re.compile(r"^([0-9.]+(?:[eE][+-]?[0-9]+)?)(m|[kMGTPE]|[KMGTPE]i)?$")
_FACTORS = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_FACTORS |= {f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", start=1)}


def number_of(quantity: str) -> float:
    """The plain number: ``2Ki`` is 2048.

    Raises:
        FedFleetError: it is no quantity.
    """
    match = _QUANTITY.match(quantity)
    if match is None:
        raise FedFleetError("A quantity cannot be read", expected="a number with a suffix such as m, Mi or G", found=quantity)
    return float(match[1]) * _FACTORS.get(match[2] or "", 1.0)


def cores_of(quantity: str) -> float:
    """CPU cores: ``1900m`` is 1.9."""
    return number_of(quantity)


def gibibytes_of(quantity: str) -> float:
    """GiB: ``16384Ki`` is 0.015625."""
    return number_of(quantity) / 1024.0**3
