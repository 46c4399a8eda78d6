"""What is counted at the shelf: how often labels were scanned and what followed, by hour, and never by whom."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from sync.protocol.bodies.base import Day, Moment, RecordBody, Short
from sync.protocol.wire import Id

MAX_TALLIED: Final = 1_000
"""Labels that one device counts in an hour; a store has scanned what it sells by then."""

Gtin = Annotated[str, Field(pattern=r"^\d{14}$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class ScanSource(StrEnum):
    """Whose screen: a visitor's own phone, or a device of the store."""

    PHONE = "phone"
    TABLET = "tablet"


class ShelfAction(StrEnum):
    """What was done with a label: it was scanned, scanned where none was left here, put on a list, and that list was
    shown to somebody."""

    SCANNED = "scanned"
    SCANNED_SOLD_OUT = "scanned_sold_out"
    SAVED = "saved"
    HANDED_OVER = "handed_over"


Tally = Annotated[dict[Gtin, dict[ShelfAction, Count]], Field(max_length=MAX_TALLIED)]
"""How often, by label and action; an action that did not happen is left out."""


class ScanTallyBody(RecordBody):
    """What one program counted in one hour at one store. It stays at the server."""

    store_id: Id
    hour: Moment
    source: ScanSource
    counts: Tally


class ShelfDayBody(RecordBody):
    """A store's day, put together at the server from every tally and sale, for the devices of that store.

    `labels`: by GTIN, what was counted, by source; `sold`: pieces sold here by GTIN; `attached`: how many of the lists
    with this label on them were given to a customer. `hours`: scans by hour of the store's day, "00" to "23".
    """

    store_id: Id
    day: Day
    labels: dict[Gtin, dict[ScanSource, dict[ShelfAction, Count]]]
    attached: dict[Gtin, Count] = Field(default_factory=dict)
    sold: dict[Gtin, Count] = Field(default_factory=dict)
    hours: dict[Short, dict[ScanSource, Count]] = Field(default_factory=dict)
    as_of: Moment
