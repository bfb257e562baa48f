"""What every file of ours beside an inventory has in common."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class FileModel(BaseModel):
    """A format on disk: unknown fields are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# A moment in UTC; one that names no time zone is taken to be in it.
Moment = Annotated[datetime, AfterValidator(_in_utc)]
