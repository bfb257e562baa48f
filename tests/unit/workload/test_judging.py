"""Models are judged on the same held-out rows, whoever trained them."""

import csv
from pathlib import Path

import pytest

from fedfleet.workload.datasets import Rows, breast_cancer
from fedfleet.workload.description import Workload, read_workload
from fedfleet.workload.judging import Judge, PredictionError

TEXT = """\
name: study
parties:
  30000: {role: guest, train: 30000.csv, test: 30000.csv}
  40000: {role: host, train: 40000.csv, test: 40000.csv}
pipeline: {split: by_row, component: homo_lr}
"""


def rows(folder: Path, party: str) -> None:
    """Twenty rows whose label is whether the age is above ten."""
    lines = [f"{party}-{age},{int(age > 10)},{age},{age % 3}" for age in range(1, 21)]
    (folder / f"{party}.csv").write_text("id,y,age,noise\n" + "\n".join(lines) + "\n")


def study(folder: Path, text: str = TEXT) -> Workload:
    for party in ("30000", "40000"):
        rows(folder, party)
    (folder / "study.yaml").write_text(text)
    return read_workload(folder / "study.yaml")


def predicted(folder: Path, party: str, sign: int = 1, missing: str = "") -> Path:
    lines = [f"s,{party}-{age},{sign * age}" for age in range(1, 21) if f"{party}-{age}" != missing]
    file = folder / f"{party}-predictions.csv"
    file.write_text("extend_sid,id,predict_score\n" + "\n".join(lines) + "\n")
    return file


def test_the_federated_model_stands_beside_the_central_one_and_each_party_alone(tmp_path: Path) -> None:
    judge = Judge(study(tmp_path))

    scores = judge.scores({party: predicted(tmp_path, party) for party in ("30000", "40000")})

    assert {score.model: score.value for score in scores} == {"federated": 1.0, "central": 1.0, "alone 30000": 1.0, "alone 40000": 1.0}
    assert {score.metric for score in scores} == {"auc"}


def test_predictions_of_all_parties_count_together(tmp_path: Path) -> None:
    judge = Judge(study(tmp_path))

    federated = judge.scores({"30000": predicted(tmp_path, "30000"), "40000": predicted(tmp_path, "40000", sign=-1)})[0]

    assert federated.value == pytest.approx(0.5)


def test_a_row_without_a_prediction_is_an_error(tmp_path: Path) -> None:
    judge = Judge(study(tmp_path))

    with pytest.raises(PredictionError, match="1 of 20 held-out rows"):
        judge.scores({"30000": predicted(tmp_path, "30000", missing="30000-7")})


def test_rows_that_are_elsewhere_leave_the_central_model_out(tmp_path: Path) -> None:
    judge = Judge(study(tmp_path, TEXT.replace("{role: host, train: 40000.csv, test: 40000.csv}", "{role: host}")))

    assert [score.model for score in judge.scores({"30000": predicted(tmp_path, "30000")})] == ["federated", "alone 30000"]


def test_an_id_that_is_there_twice_is_found_before_anything_is_sent(tmp_path: Path) -> None:
    study(tmp_path)
    (tmp_path / "30000.csv").write_text("id,y,age,noise\na,1,1,1\na,0,2,2\n")

    with pytest.raises(PredictionError, match="the id a twice"):
        Judge(read_workload(tmp_path / "study.yaml"))


def test_columns_of_all_parties_make_the_central_model_where_columns_are_split(tmp_path: Path) -> None:
    workload = breast_cancer(tmp_path, "30000", ["40000"], "")
    test = workload.parties["30000"].test
    assert test is not None
    with test.open(newline="") as file:
        truth = [(row["id"], row["y"]) for row in csv.DictReader(file)]
    said = tmp_path / "predictions.csv"
    said.write_text("id,predict_score\n" + "".join(f"{sample},{label}\n" for sample, label in truth))

    scores = {score.model: score.value for score in Judge(workload).scores({"30000": said})}

    assert list(scores) == ["federated", "central", "alone 30000"]
    assert scores["federated"] == 1.0
    assert 0.9 < scores["alone 30000"] <= scores["central"]


def test_parties_get_other_columns_of_the_same_samples(tmp_path: Path) -> None:
    workload = breast_cancer(tmp_path, "30000", ["40000", "50000"], "")

    heads = {}
    for party, member in workload.parties.items():
        assert member.train is not None
        with member.train.open(newline="") as file:
            heads[party] = next(csv.reader(file))
    assert [len(head) for head in heads.values()] == [12, 11, 11]
    assert "y" in heads["30000"]
    features = [name for head in heads.values() for name in head if name not in ("id", "y")]
    assert len(features) == len(set(features)) == 30


def test_rows_are_taken_with_their_ids_and_labels() -> None:
    assert Rows(("a",), ["x", "y"], [[1.0], [2.0]], [0, 1]).take([1]) == Rows(("a",), ["y"], [[2.0]], [1])
