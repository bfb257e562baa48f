"""The tables of a party that its jobs read: uploaded from a CSV file, looked up, removed.

FATE Flow takes the file with the call (`/v2/data/component/upload/file`, fate_flow/apps/client/data_app.py, 2.2.0), keeps it on its
volume for as long as its upload task runs, and makes a data frame of it in a job of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fedfleet.engine.fate.errors import FlowAnswerError, OversizeError, SubmissionError
from fedfleet.engine.fate.views import TableView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fedfleet.engine.fate.connection import FlowConnection

# FATE Flow holds the whole file in memory once while it takes it (utils/file_utils.save_file).
MOST_UPLOAD_BYTES: Final = 512 * 1024 * 1024
_OK: Final = 0
# fate_flow/entity/code/_api.py: no such table.
NO_TABLE: Final = 7001
_SEND_SECONDS: Final = 600.0


@dataclass(frozen=True)
class TableRef:
    """How jobs name a table; each party has tables of its own under the same names."""

    namespace: str
    name: str


@dataclass(frozen=True)
class Columns:
    """What the columns of a CSV file are. Its first line names them.

    Attributes:
        match_id: the column by which rows of different parties are matched, and by which a prediction is found again.
        label: the column that is to be predicted; empty where this party does not have it.
        types: the features' type, one for all or by column, as numpy calls it.
        label_type: the label's type.
    """

    match_id: str = "id"
    label: str = ""
    types: str | Mapping[str, str] = "float64"
    label_type: str = "int64"

    def meta(self) -> Mapping[str, object]:
        """As FATE's data frame reader takes it (fate_flow/components/components/upload.py, MetaParam)."""
        types = self.types if isinstance(self.types, str) else dict(self.types)
        meta: dict[str, object] = {"delimiter": ",", "dtype": types, "match_id_name": self.match_id}
        return meta | ({"label_name": self.label, "label_type": self.label_type} if self.label else {})


@dataclass(frozen=True)
class Upload:
    """A CSV file on its way to becoming a table."""

    file: Path
    table: TableRef
    columns: Columns = field(default_factory=Columns)
    partitions: int = 1


class FlowTables:
    """The tables of one party's FATE Flow."""

    def __init__(self, connection: FlowConnection) -> None:
        self._connection = connection

    def upload(self, upload: Upload) -> str:
        """Send a file, replacing a table of that name; returns the id of the job that makes the table of it.

        Raises:
            OversizeError: the file is larger than FATE Flow can take at once.
            SubmissionError: FATE Flow did not take it.
        """
        size = upload.file.stat().st_size
        if size > MOST_UPLOAD_BYTES:
            raise OversizeError(
                "the file is too large to be sent",
                expected=f"at most {MOST_UPLOAD_BYTES // 1024**2} MiB",
                found=f"{size // 1024**2} MiB",
                where=str(upload.file),
                next_step="Put it on FATE Flow's volume and give its path to FATE's own client: flow data upload",
            )
        self.remove(upload.table)
        form = {
            "head": "true",
            "partitions": str(upload.partitions),
            "meta": json.dumps(upload.columns.meta()),
            "extend_sid": "true",
            "namespace": upload.table.namespace,
            "name": upload.table.name,
        }
        with upload.file.open("rb") as file:
            response = self._connection.send(
                "POST",
                "/v2/data/component/upload/file",
                data=form,
                files={"file": (upload.file.name, file, "text/csv")},
                timeout=_SEND_SECONDS,
            )
        answer = self._connection.answer(response)
        if answer.code != _OK or not answer.job_id:
            raise SubmissionError(
                f"FATE Flow of party {self._connection.party_id} did not take {upload.file.name}",
                code=answer.code,
                found=answer.message.strip()[-1000:],
                where=str(response.request.url),
                next_step="Read the message: FATE Flow names what it did not accept",
            )
        return answer.job_id

    def find(self, table: TableRef) -> TableView | None:
        """The table, or None where there is none."""
        try:
            found = self._connection.ask("GET", "/v2/table/query", params=_names(table)).data
        except FlowAnswerError as error:
            if error.code == NO_TABLE:
                return None
            raise
        return TableView.model_validate(found)

    def remove(self, table: TableRef) -> bool:
        """Remove a table and its rows; False where there was none."""
        try:
            self._connection.ask("POST", "/v2/table/delete", json=_names(table))
        except FlowAnswerError as error:
            if error.code == NO_TABLE:
                return False
            raise
        return True


def _names(table: TableRef) -> dict[str, str]:
    return {"namespace": table.namespace, "name": table.name}
