"""Kubernetes quantities of bytes."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from fedfleet_lab.datastore.errors import RequestRefusedError

# k8s.io/apimachinery/pkg/api/resource/suffix.go
_SUFFIXES = {"m": Decimal("0.001"), "": Decimal(1)}
_SUFFIXES |= {prefix: Decimal(1000) ** power for power, prefix in enumerate(("k", "M", "G", "T", "P", "E"), start=1)}
_SUFFIXES |= {prefix: Decimal(1024) ** power for power, prefix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)}


def parse_bytes(text: str) -> int:
    """Returns a quantity such as `10Gi`, `1.5G` or `1e9` in bytes, rounded up.

    Raises:
        RequestRefusedError: it is no quantity.
    """
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if text.endswith(suffix):
            try:
                number = Decimal(text.removesuffix(suffix)) * _SUFFIXES[suffix]
            except InvalidOperation:
                continue
            return int(number.to_integral_value(rounding="ROUND_CEILING"))
    raise RequestRefusedError(f"{text!r} is no quantity of bytes", expected="a number with a suffix such as Mi, Gi or G")
