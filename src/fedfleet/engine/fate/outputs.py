"""What a party's tasks have brought forth: figures, models, tables, logs (fate_flow/apps/client/output_app.py, 2.2.0)."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from fedfleet.engine.fate.errors import ArchiveError, FlowAnswerError
from fedfleet.engine.fate.tables import TableRef
from fedfleet.engine.fate.views import MetricView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fedfleet.engine.fate.connection import FlowConnection
    from fedfleet.engine.fate.views import TaskView

_TABLES: Final = TypeAdapter(dict[str, list[dict[str, str]]])
# fate_flow/entity/code/_api.py: no such model.
_NO_MODEL: Final = 2005
# MySQL's error 1146, which FATE Flow hands on: it makes a day's table of figures with the first figure of that day.
_NO_DATABASE_TABLE: Final = 1146
MOST_DOWNLOAD_BYTES: Final = 1024**3
# FATE Flow packs tables and logs while the caller waits.
_PACK_SECONDS: Final = 300.0


@dataclass(frozen=True)
class TaskRef:
    """A party's part in a task, as FATE Flow's outputs are asked for."""

    job_id: str
    role: str
    party_id: str
    task_name: str

    @classmethod
    def of(cls, task: TaskView) -> TaskRef:
        """The part that a view is of."""
        return cls(task.job_id, task.role, task.party_id, task.task_name)

    def params(self) -> dict[str, str]:
        """As query parameters."""
        return {"job_id": self.job_id, "role": self.role, "party_id": self.party_id, "task_name": self.task_name}


class FlowOutputs:
    """The outputs of one party's tasks. Files are written whole or not at all."""

    def __init__(self, connection: FlowConnection) -> None:
        self._connection = connection

    def metrics(self, task: TaskRef) -> Sequence[MetricView]:
        """What the task has reported so far; nothing where it reports nothing."""
        try:
            found = self._connection.ask("GET", "/v2/output/metric/query", params=task.params()).data
        except FlowAnswerError as error:
            if error.code == _NO_DATABASE_TABLE:
                return []
            raise
        return [MetricView.model_validate(entry) for entry in found or []]

    def model(self, task: TaskRef) -> Mapping[str, Any]:
        """The models the task put out, by output key, as FATE reads them itself; nothing where it put out none."""
        try:
            return dict(self._connection.ask("GET", "/v2/output/model/query", params=task.params()).data or {})
        except FlowAnswerError as error:
            if error.code == _NO_MODEL:
                return {}
            raise

    def tables(self, task: TaskRef) -> Mapping[str, Sequence[TableRef]]:
        """The tables the task put out, by output key; nothing where it put out none."""
        response = self._connection.send("GET", "/v2/output/data/table", params=task.params())
        try:
            # The one answer that comes without an envelope: FATE Flow 2.2.0 returns the mapping itself.
            found = _TABLES.validate_json(response.content)
        except ValidationError:
            self._connection.accepted(response)
            return {}
        return {key: [TableRef(table["namespace"], table["name"]) for table in tables] for key, tables in found.items()}

    def download_model(self, task: TaskRef, target: Path, most_bytes: int = MOST_DOWNLOAD_BYTES) -> int:
        """Write the task's model as FATE packs it (a tar with the model and its description); returns its bytes."""
        return self._connection.fetch("GET", "/v2/output/model/download", target, most_bytes=most_bytes, params=task.params())

    def download_tables(self, task: TaskRef, target: Path, most_bytes: int = MOST_DOWNLOAD_BYTES) -> int:
        """Write the task's tables as FATE packs them: a tar.gz with KEY/INDEX.csv and .meta; returns its bytes."""
        return self._connection.fetch(
            "GET", "/v2/output/data/download", target, most_bytes=most_bytes, params=task.params(), timeout=_PACK_SECONDS
        )

    def download_logs(self, job_id: str, target: Path, most_bytes: int = MOST_DOWNLOAD_BYTES) -> int:
        """Write all of this party's logs of a job as a tar.gz; returns its bytes."""
        return self._connection.fetch(
            "POST", "/v2/job/log/download", target, most_bytes=most_bytes, json={"job_id": job_id}, timeout=_PACK_SECONDS
        )

    def save_table(self, task: TaskRef, key: str, target: Path, most_bytes: int = MOST_DOWNLOAD_BYTES) -> int:
        """Write one of the task's tables as a CSV file whose first line names the columns; returns its rows.

        Raises:
            ArchiveError: the task put out no table under that key.
        """
        with tempfile.TemporaryDirectory(prefix="fedfleet-table-") as folder:
            packed = Path(folder) / "tables.tar.gz"
            self.download_tables(task, packed, most_bytes)
            draft = target.with_name(f".{target.name}.draft")
            try:
                with draft.open("w", newline="", encoding="utf-8") as file:
                    writer = csv.writer(file, lineterminator="\n")
                    rows = -1
                    for row in unpacked_rows(packed, key, most_bytes):
                        writer.writerow(row)
                        rows += 1
                draft.replace(target)
            finally:
                draft.unlink(missing_ok=True)
        return rows


def unpacked_rows(packed: Path, key: str, most_bytes: int = MOST_DOWNLOAD_BYTES) -> Iterator[list[str]]:
    """The header and then the rows of one table in an archive that FATE packed (fate_flow/manager/outputs/data.py, send_table).

    Its first line names the columns only sometimes; the .meta file beside it always does. Values with commas bring quotes of their own
    (fate/ml/utils/predict_tools.py, predict_detail_dict_to_str).

    Raises:
        ArchiveError: there is no such table in it, or it is larger than was agreed.
    """
    with tarfile.open(packed, "r:gz") as archive:
        header = json.loads(_member(archive, f"{key}/0.meta", packed, most_bytes).read())["header"]
        if isinstance(header, str):
            header = header.split(",")
        yield [str(column) for column in header]
        content = io.TextIOWrapper(_member(archive, f"{key}/0.csv", packed, most_bytes), encoding="utf-8", newline="")
        yield from (row for row in csv.reader(content) if row != header)


def _member(archive: tarfile.TarFile, name: str, packed: Path, most_bytes: int) -> Any:
    try:
        member = archive.getmember(name)
    except KeyError as error:
        raise ArchiveError(
            "the task put out no such table",
            expected=name,
            found=", ".join(archive.getnames()) or "an empty archive",
            where=packed.name,
        ) from error
    content = archive.extractfile(member) if member.size <= most_bytes else None
    if content is None:
        raise ArchiveError(
            "a table in the archive cannot be taken",
            expected=f"a file of at most {most_bytes} bytes",
            found=f"{member.size} bytes",
            where=f"{packed.name}, {name}",
        )
    return content
