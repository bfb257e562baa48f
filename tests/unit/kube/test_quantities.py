import pytest

from fedfleet.errors import FedFleetError
from fedfleet.kube.quantities import cores_of, gibibytes_of


@pytest.mark.parametrize(("quantity", "cores"), [("2", 2.0), ("1900m", 1.9), ("1e1", 10.0)])
def test_cores(quantity: str, cores: float) -> None:
    assert cores_of(quantity) == pytest.approx(cores)


@pytest.mark.parametrize(("quantity", "gibibytes"), [("1048576Ki", 1.0), ("2Gi", 2.0), ("1073741824", 1.0), ("1G", 0.931323)])
def test_gibibytes(quantity: str, gibibytes: float) -> None:
    assert gibibytes_of(quantity) == pytest.approx(gibibytes, rel=1e-5)


def test_what_is_no_quantity_is_refused() -> None:
    with pytest.raises(FedFleetError, match="quantity"):
        cores_of("many")
