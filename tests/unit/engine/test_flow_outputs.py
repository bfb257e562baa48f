"""What tasks have put out comes whole, readable, and within what was agreed."""

import io
import json
import tarfile
from pathlib import Path

import httpx
import pytest

from fedfleet.engine.fate import ArchiveError, FlowAnswerError, FlowError, OversizeError, TaskRef
from fedfleet.engine.fate.harvest import harvest
from support.fate_flow import JOB, FakeFlow, task

TASK = TaskRef(JOB, "guest", "30000", "homo_lr_0")
MODEL = "/v2/output/model/download"
TABLES = "/v2/output/data/download"


def packed(files: dict[str, str]) -> httpx.Response:
    """An archive as FATE Flow sends it."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return httpx.Response(200, content=content.getvalue(), headers={"content-type": "application/gzip"})


def predictions(lines: str) -> dict[str, str]:
    header = ["extend_sid", "id", "predict_detail", "type"]
    return {"test_output_data/0.csv": lines, "test_output_data/0.meta": json.dumps({"header": header})}


def test_a_model_is_written_as_it_comes(tmp_path: Path) -> None:
    flow = FakeFlow("30000", {MODEL: httpx.Response(200, content=b"model", headers={"content-type": "application/x-tar"})})

    assert flow.client().outputs.download_model(TASK, tmp_path / "model.tar") == 5
    assert (tmp_path / "model.tar").read_bytes() == b"model"


def test_a_refusal_is_no_file(tmp_path: Path) -> None:
    flow = FakeFlow("30000", {MODEL: {"code": 6000, "message": "No found model"}})

    with pytest.raises(FlowAnswerError, match="No found model"):
        flow.client().outputs.download_model(TASK, tmp_path / "model.tar")
    assert list(tmp_path.iterdir()) == []


def test_more_than_was_agreed_leaves_nothing(tmp_path: Path) -> None:
    flow = FakeFlow("30000", {MODEL: httpx.Response(200, content=b"x" * 100)})

    with pytest.raises(OversizeError):
        flow.client().outputs.download_model(TASK, tmp_path / "model.tar", most_bytes=10)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("first", ["", "extend_sid,id,predict_detail,type\n"], ids=["bare", "with header"])
def test_a_table_has_its_columns_named_once_and_its_rows_whole(tmp_path: Path, first: str) -> None:
    rows = first + "s0,a,\"{'0': 0.5, '1': 0.5}\",test_set\ns1,b,\"{'0': 0.1, '1': 0.9}\",test_set\n"
    flow = FakeFlow("30000", {TABLES: packed(predictions(rows))})

    assert flow.client().outputs.save_table(TASK, "test_output_data", tmp_path / "out.csv") == 2
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "extend_sid,id,predict_detail,type",
        "s0,a,\"{'0': 0.5, '1': 0.5}\",test_set",
        "s1,b,\"{'0': 0.1, '1': 0.9}\",test_set",
    ]


def test_an_archive_without_the_table_says_what_is_in_it(tmp_path: Path) -> None:
    flow = FakeFlow("30000", {TABLES: packed({"train_output_data/0.meta": "{}"})})

    with pytest.raises(ArchiveError, match="train_output_data"):
        flow.client().outputs.save_table(TASK, "test_output_data", tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_task_without_a_model_has_none() -> None:
    flow = FakeFlow("30000", {"/v2/output/model/query": {"code": 2005, "message": "no found model output"}})

    assert flow.client().outputs.model(TASK) == {}


def test_a_task_nobody_knows_has_no_tables_to_tell_of() -> None:
    flow = FakeFlow("30000", {"/v2/output/data/table": {"code": 2000, "message": "no found task"}})

    with pytest.raises(FlowAnswerError):
        flow.client().outputs.tables(TASK)


def test_a_harvest_brings_models_tables_figures_and_logs(tmp_path: Path) -> None:
    told = [{"name": "lr_loss", "type": "loss", "step_axis": "iterations", "groups": [], "data": [{"metric": 0.7, "step": 0}]}]
    flow = FakeFlow(
        "30000",
        {
            "/v2/job/task/query": {"data": [task("guest", "30000", "success")]},
            "/v2/output/model/query": {"data": {"output_model": {}}},
            MODEL: httpx.Response(200, content=b"model"),
            "/v2/output/data/table": httpx.Response(200, json={"test_output_data": [{"namespace": "n", "name": "t"}]}),
            TABLES: packed(predictions("s0,a,{},test_set\n")),
            "/v2/output/metric/query": {"data": told},
            "/v2/job/log/download": httpx.Response(200, content=b"logs"),
        },
    )
    named: list[str] = []

    files = harvest(flow.client(), JOB, tmp_path / JOB, named.append)

    assert [file.name for file in files] == named
    assert sorted(named) == [
        "guest-toy_example_0.metrics.json",
        "guest-toy_example_0.model.tar",
        "guest-toy_example_0.test_output_data.csv",
        "logs.tar.gz",
    ]


def test_a_table_that_was_removed_since_is_told_and_left_out(tmp_path: Path) -> None:
    flow = FakeFlow(
        "30000",
        {
            "/v2/job/task/query": {"data": [task("local", "0", "success")]},
            "/v2/output/model/query": {"code": 2005, "message": "no found model output"},
            "/v2/output/data/table": httpx.Response(200, json={"table": [{"namespace": "upload", "name": "raw"}]}),
            TABLES: {"code": 7001, "message": "No found table"},
            "/v2/output/metric/query": {"data": []},
            "/v2/job/log/download": httpx.Response(200, content=b"logs"),
        },
    )
    said: list[str] = []

    assert [file.name for file in harvest(flow.client(), JOB, tmp_path, said.append)] == ["logs.tar.gz"]
    assert "local-toy_example_0.table.csv: its rows have been removed since" in said


def test_a_table_that_is_not_handed_out_keeps_nothing_else_from_coming(tmp_path: Path) -> None:
    flow = FakeFlow(
        "30000",
        {
            "/v2/job/task/query": {"data": [task("guest", "30000", "success")]},
            "/v2/output/model/query": {"code": 2005, "message": "no found model output"},
            "/v2/output/data/table": httpx.Response(200, json={"output_data": [{"namespace": "n", "name": "t"}]}),
            TABLES: {"code": 6000, "message": "ConnectionError"},
            "/v2/output/metric/query": {"data": []},
            "/v2/job/log/download": httpx.Response(200, content=b"logs"),
        },
    )

    with pytest.raises(FlowError, match=r"guest-toy_example_0\.output_data\.csv .* cannot be downloaded; everything else has been"):
        harvest(flow.client(), JOB, tmp_path, lambda _: None)
    assert [file.name for file in tmp_path.iterdir()] == ["logs.tar.gz"]


def test_a_task_has_no_figures_on_a_day_without_any() -> None:
    flow = FakeFlow("30000", {"/v2/output/metric/query": {"code": 1146, "message": "Table 't_tracking_metric_20261126' doesn't exist"}})

    assert flow.client().outputs.metrics(TASK) == []
