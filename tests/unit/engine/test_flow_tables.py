"""A party's tables: sent whole, replaced, and looked for."""

from pathlib import Path

import pytest

from fedfleet.engine.fate import Columns, FlowAnswerError, OversizeError, SubmissionError, TableRef, Upload, tables
from support.fate_flow import JOB, FakeFlow

TABLE = TableRef("fedfleet-study", "train")
ABSENT = {"code": 7001, "message": "no found table"}


def upload(folder: Path) -> Upload:
    file = folder / "rows.csv"
    file.write_text("id,y,age\na,1,50\n")
    return Upload(file, TABLE, Columns("id", "y"))


def test_a_file_is_sent_with_what_its_columns_are(tmp_path: Path) -> None:
    flow = FakeFlow("30000", {"/v2/table/delete": ABSENT, "/v2/data/component/upload/file": {"job_id": JOB}})

    assert flow.client().tables.upload(upload(tmp_path)) == JOB

    sent = flow.asked[-1].content.decode()
    assert "id,y,age\na,1,50" in sent
    assert '"match_id_name": "id"' in sent
    assert '"label_name": "y"' in sent


def test_a_table_of_that_name_goes_first(tmp_path: Path) -> None:
    flow = FakeFlow("30000", {"/v2/table/delete": {}, "/v2/data/component/upload/file": {"job_id": JOB}})

    flow.client().tables.upload(upload(tmp_path))

    assert flow.bodies("/v2/table/delete") == [{"namespace": "fedfleet-study", "name": "train"}]


def test_a_party_without_labels_names_none() -> None:
    assert "label_name" not in Columns("id").meta()


def test_a_file_that_fate_flow_cannot_hold_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_UPLOAD_BYTES", 4)
    flow = FakeFlow("30000", {})

    with pytest.raises(OversizeError):
        flow.client().tables.upload(upload(tmp_path))
    assert flow.asked == []


def test_a_file_that_is_refused_is_no_upload(tmp_path: Path) -> None:
    refused = {"code": 1002, "message": "no cores"}
    flow = FakeFlow("30000", {"/v2/table/delete": ABSENT, "/v2/data/component/upload/file": refused})

    with pytest.raises(SubmissionError, match="no cores"):
        flow.client().tables.upload(upload(tmp_path))


def test_a_table_that_is_not_there_is_none() -> None:
    assert FakeFlow("30000", {"/v2/table/query": ABSENT}).client().tables.find(TABLE) is None


def test_a_table_tells_its_rows() -> None:
    told = {"data": {"namespace": "fedfleet-study", "name": "train", "count": 3500, "engine": "hdfs"}}
    found = FakeFlow("30000", {"/v2/table/query": told}).client().tables.find(TABLE)

    assert found is not None
    assert found.count == 3500


def test_another_refusal_is_no_absence() -> None:
    with pytest.raises(FlowAnswerError):
        FakeFlow("30000", {"/v2/table/query": {"code": 6000, "message": "database gone"}}).client().tables.find(TABLE)
