"""What every body is built from: the types of its fields, and the models that all kinds share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sync.protocol.kinds import Body
from sync.protocol.times import from_wire
from sync.protocol.wire import STORABLE, Id


def _wire_time(text: str) -> str:
    from_wire(text)
    return text


Moment = Annotated[str, AfterValidator(_wire_time)]
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
