"""A description says a workload, or says what about it does not fit."""

from pathlib import Path

import pytest

from fedfleet.workload.description import DescriptionError, Workload, read_workload

TEXT = """\
apiVersion: fedfleet.dev/v1
kind: Workload
name: my-study
parties:
  30000: {role: guest, train: guest.csv, test: guest.csv}
  "40000": {role: host}
pipeline: {split: by_column, component: hetero_secureboost}
"""


def read(folder: Path, text: str = TEXT) -> Workload:
    (folder / "guest.csv").write_text("id,y,age\n")
    file = folder / "study.yaml"
    file.write_text(text)
    return read_workload(file)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    assert read(tmp_path).parties["30000"].train == tmp_path / "guest.csv"


def test_a_party_may_have_uploaded_its_rows_itself(tmp_path: Path) -> None:
    assert read(tmp_path).parties["40000"].train is None


def test_labels_are_the_guests_where_columns_are_split(tmp_path: Path) -> None:
    workload = read(tmp_path)

    assert workload.columns_of("30000").label == "y"
    assert workload.columns_of("40000").label == ""


def test_every_party_has_labels_where_rows_are_split(tmp_path: Path) -> None:
    workload = read(tmp_path, TEXT.replace("by_column", "by_row"))

    assert workload.columns_of("40000").label == "y"


def test_the_central_model_goes_with_the_component(tmp_path: Path) -> None:
    assert read(tmp_path).baseline == "gradient_boosting"
    assert read(tmp_path, TEXT.replace("hetero_secureboost", "feature_of_ours")).baseline == "none"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("role: host", "role: guest"), "exactly one is the guest"),
        (('  "40000": {role: host}\n', ""), "at least one host"),
        (("role: host", "role: hoster"), r"parties\.40000\.role"),
        (("name: my-study", "name: My Study"), "name"),
        (("component:", "componet:"), r"pipeline\.compon"),
        (("guest.csv", "gone.csv"), "is not there"),
        (("30000:", "hospital:"), "party id"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    with pytest.raises(DescriptionError, match=told):
        read(tmp_path, TEXT.replace(*change))
