"""What every body is built from: the types of its fields, and the models that all kinds share."""

from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sync.protocol.kinds import Body
from sync.protocol.times import from_wire
from sync.protocol.wire import STORABLE, Id


def _wire_time(text: str) -> str:
    from_wire(text)
    return text


def _canonical_day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("not YYYY-MM-DD")
    return text


def _canonical_time_of_day(text: str) -> str:
    if time.fromisoformat(text).strftime("%H:%M") != text:
        raise ValueError("not HH:MM")
    return text


Moment = Annotated[str, AfterValidator(_wire_time)]
Day = Annotated[str, AfterValidator(_canonical_day)]
"""A date on a store's wall, `2026-11-22`."""
TimeOfDay = Annotated[str, AfterValidator(_canonical_time_of_day)]
"""A time on a store's wall, `15:30`."""
TimeZone = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*$")]
"""An IANA name. Whether such a zone exists is not judged: machines have zone files of different years."""
Words = Annotated[str, Field(max_length=20_000, pattern=STORABLE)]
Short = Annotated[str, Field(max_length=500, pattern=STORABLE)]
Minor = Annotated[int, Field(ge=-(2**53), le=2**53)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class RecordBody(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: Id

    def to_body(self) -> Body:
        """JSON values only, unknown fields included."""
        return self.model_dump(mode="json")


class CommerceBody(RecordBody):
    source: Short = ""
    external_ref: Short = ""


class Part(BaseModel):
    model_config = ConfigDict(extra="allow")
