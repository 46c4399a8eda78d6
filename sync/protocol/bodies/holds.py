"""A piece laid aside for a customer: who asked for it where, what the server said, and until when."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Moment, RecordBody, Short
from sync.protocol.wire import Id

MOST_PIECES = 9
"""Of one hold."""

Pieces = Annotated[int, Field(ge=1, le=MOST_PIECES)]


class HoldStatus(StrEnum):
    """A device says `requested` and no more; only the server confirms, refuses and lets expire."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COLLECTED = "collected"


class HoldBody(RecordBody):
    """A request for pieces of one variant at one store, and what became of it.

    `store_id`: where the pieces lie. `reason`: why it was refused (`out_of_stock`, `stock_unknown`), else "".
    `until` and `ended_at` are by the server's clock: to when it holds, set when it is confirmed, and when it was
    cancelled, collected or had expired.
    """

    customer_id: Id
    product_id: Id
    variant_id: Id
    store_id: Id
    quantity: Pieces
    status: HoldStatus = HoldStatus.REQUESTED
    reason: Short = ""
    requested_at: Moment
    until: Moment | None = None
    ended_at: Moment | None = None
    author_id: Short = ""
    author_name: Short = ""
