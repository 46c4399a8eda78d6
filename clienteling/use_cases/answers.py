"""What use cases answer where a view of the domain would say too little: rows with what is left out, codes, facts."""

from dataclasses import dataclass
from datetime import datetime

from clienteling.domain.codes import ScannedCode
from clienteling.domain.views import LookupRow


@dataclass(frozen=True, slots=True)
class LookupAnswer:
    """Rows best first, at most the limit asked for; `more` where others match too."""

    rows: tuple[LookupRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """What a code means here: at most one of product (with the variant scanned), customer and saved list is set.

    is_product_name  neither is, but products have this text in their names: it was typed to find them, whatever kind of
                     code it could also be
    """

    code: ScannedCode
    product_id: str | None = None
    variant_id: str | None = None
    customer_id: str | None = None
    handover_id: str | None = None
    is_product_name: bool = False


@dataclass(frozen=True, slots=True)
class WishAdded:
    """The item on the list. `already`: it was there before, and nothing was written."""

    item_id: str
    already: bool = False


@dataclass(frozen=True, slots=True)
class WaitingClaim:
    """An order claimed on this device whose claim is not yet at the server. `id`: the entry's."""

    id: str
    number: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class DemoHints:
    """What the demo shows a newcomer. `label_picture`: an address the browser can load; `other_store_url`: its view;
    `pin`: everybody's, "" where nobody has one."""

    shelf_code: str
    product_name: str
    label_picture: str
    other_store_name: str
    other_store_url: str
    pin: str = ""


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What Settings tells of this device. `server`: its address without a user or a query; "" where there is none.

    encrypted  whether the local store is
    schema     the local store's
    """

    server: str = ""
    folder: str = ""
    size_bytes: int = 0
    encrypted: bool = True
    program: str = ""
    schema: int = 0
