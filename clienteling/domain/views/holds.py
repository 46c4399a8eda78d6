"""A piece asked for on behalf of a customer, and how that stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HoldStatus(StrEnum):
    """`requested`: written here, and the server has not answered. Only `confirmed` is a promise."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COLLECTED = "collected"


@dataclass(frozen=True, slots=True)
class HoldView:
    """One hold, in the words of its product. `reason`: why it was refused (`out_of_stock`, `stock_unknown`), else "".

    here     the pieces lie at this store
    until    the end the server gave it, by the server's clock; None before it is confirmed
    pending  changed on this device and not yet at the server
    """

    id: str
    product_id: str
    variant_id: str
    name: str
    options: tuple[str, ...]
    picture: str
    quantity: int
    status: HoldStatus
    reason: str
    store: str
    here: bool
    requested_at: datetime
    until: datetime | None
    author: str
    pending: bool

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits for it: it can be cancelled."""
        return self.status in {HoldStatus.REQUESTED, HoldStatus.CONFIRMED}


@dataclass(frozen=True, slots=True)
class HeldPiece:
    """Pieces of a product that a customer waits for, as far as this device knows. `status`: requested or confirmed.

    customer_id  whose page to open: that of the customer another was merged into
    location_id  where they lie
    """

    hold_id: str
    variant_id: str
    location_id: str
    customer_id: str
    customer_name: str
    salutation: str
    quantity: int
    status: HoldStatus
    until: datetime | None
