"""A folder of Shopify's own export files, and of ours beside them -> one stream of records and refusals.

Any file may be missing: what it would say is then not said, and what it said last stands. References into it mean what
earlier imports brought (`KnownRecords`); before the first import they are unknown. What the folder itself names comes
first. Where the way of one kind of file is described, its module says it; the columns are its `Columns` constants.

Limits. A place that an earlier import knew only by the name in stock or orders, and that locations.csv now lists with a
code, is a second place: the code is its reference. products_extra and customers_extra alone change only what their own
source brought.

What becomes of bad input. Every refusal names file, line, reason and, where one cell is to blame, the column. A refusal
marked `kept` tells of a record that was taken over without that cell.

- BOM, UTF-16 with BOM, CRLF or CR, semicolons, tabs, `sep=;`: read like any other file.
- A line that is not UTF-8: read as Windows-1252, this line alone; reported once a file (`not_utf8`, kept).
- A missing file: nothing is said about its kind; the records of earlier imports stay and can be named.
- An empty file (`no_heading`); a needed column missing (`missing_column`), or a column that is read there twice
  (`doubled_column`): the file is refused, in one refusal that names the column.
- The last line cut, or a quote never closed: that row is refused (`row_cut`, `row_too_long`), the rest is read.
- A cell longer than its field may be, 1 MB and more: the row is refused (`too_long`; beyond 2 MB `row_too_long`), the
  rest is read. In a column that nobody reads it harms nothing.
- More cells than headings: the row is refused, its cells have shifted (`too_many_cells`). Fewer count as empty cells.
- A line break, a tab or several blanks in a name: one blank. Notes, reviews and descriptions keep their lines.
- NUL in a cell that is read: the row is refused (`bad_text`).
- An order or cart whose rows do not stand together: the later rows are refused (`rows_apart`).
- The same id, code or row twice: the first stands, the later is refused (`duplicate_id`); of two pickups of one order
  the later time stands. One SKU on two variants: both stand, the first is found by it (`duplicate_sku`, kept).
- An unknown SKU, product, customer, order or location: the row is refused where it says nothing without it
  (`unknown_...`). An order line, an order's or enquiry's place, one of several places or products of a promotion stays
  open (kept). A promotion of which no place or product is known is refused: it must not hold everywhere.
- A guest with an e-mail or phone nobody has: a customer without an account; with neither, the order is nobody's.
- A guest who becomes a customer: their orders are the customer's as soon as they are read again. The guest's record
  stays, and the central API marks the two as a possible duplicate by their e-mail or phone.
- One phone under two e-mails: two customers (the central API marks a possible duplicate). A row that names its customer
  by that phone alone is refused (`shared_phone`).
- A bad date, a year before 1970 or after 2199, or `01/05/2024`, which is two days: the row is refused (`bad_date`); a
  birthday, a customer's first day and a consent's time are left out (kept).
- A phone that is no possible number: kept as typed beside no number to call (`bad_phone`, kept).
- Money that is no number, is below zero or finer than the currency, or `299.000`, which is two amounts: the row, order
  line or price is refused (`bad_money`).
- A quantity that is no number, below zero or above a million: the line is refused (`bad_quantity`). Stock below zero is
  oversold: nothing on hand, that many reserved.
- A GTIN with a wrong check digit or length: the product stands without it (`bad_gtin`, kept).
- `7.31E+12` for an id: the row is refused, its digits are lost (`lost_digits`).
- A cell that is a formula: text like any other, never worked out. `="0812"` and `'0812` are what they tell a
  spreadsheet to leave alone.
- A picture path out of the folder or a `javascript:` link: left out (`bad_picture`, `bad_link`, kept).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.connectors.belongings import (
    CARTS,
    CARTS_FILE,
    ENQUIRIES_FILE,
    VOUCHERS,
    VOUCHERS_FILE,
    WISHLISTS,
    WISHLISTS_FILE,
    read_carts,
    read_enquiries,
    read_vouchers,
    read_wishlists,
)
from sync.connectors.cell_values import currency_code
from sync.connectors.csv_reading import Columns, Row, Table
from sync.connectors.customers import CUSTOMERS_FILE, read_customers, read_notes
from sync.connectors.customers import EXTRA_FILE as CUSTOMERS_EXTRA_FILE
from sync.connectors.errors import CellRefused
from sync.connectors.inventory import INVENTORY_FILE, read_inventory
from sync.connectors.known import NothingKnown
from sync.connectors.locations import ASSOCIATES_FILE, LOCATIONS_FILE, read_associates, read_locations
from sync.connectors.orders import ORDERS_FILE, PICKUPS_FILE, read_orders
from sync.connectors.products import EXTRA_FILE as PRODUCTS_EXTRA_FILE
from sync.connectors.products import PRODUCTS_FILE, read_products
from sync.connectors.promotions import PROMOTIONS, PROMOTIONS_FILE, read_promotions
from sync.connectors.reading import FolderReading, Item, OnProgress
from sync.connectors.reviews import REVIEWS_FILE, read_reviews
from sync.protocol.importing import ImportedRecord, KnownRecords, Refusal
from sync.protocol.kinds import Kind

DEFAULT_SOURCE = "shopify"
DEFAULT_CURRENCY = "IDR"

KNOWN_FILES = frozenset(
    {
        ASSOCIATES_FILE, CARTS_FILE, CUSTOMERS_FILE, CUSTOMERS_EXTRA_FILE, ENQUIRIES_FILE, INVENTORY_FILE,
        LOCATIONS_FILE, ORDERS_FILE, PICKUPS_FILE, PRODUCTS_EXTRA_FILE, PRODUCTS_FILE, PROMOTIONS_FILE, REVIEWS_FILE,
        VOUCHERS_FILE, WISHLISTS_FILE,
    }
)  # fmt: skip
"""Names of the files that are read; a file of any other name is none of this retailer's exports."""

_MEANT = {stem: name for name in KNOWN_FILES for stem in (Path(name).stem, Path(name).stem.removesuffix("_export"))}
_LEAST_LIKENESS = 0.75
"""The ratio of `difflib` from which a name is meant: `customers_export - copy` has 0.82, `orders` of `others` 0.67."""

_NUMBER_BEHIND = re.compile(r"[^a-z]+$")
"""What a browser or a person puts behind a name: ` (1)`, `_2026-11-01`."""

_READERS: tuple[Callable[[FolderReading], Iterator[Item]], ...] = (
    read_locations,
    read_associates,
    read_products,
    read_promotions,
    read_customers,
    read_orders,
    read_inventory,
    read_reviews,
    read_wishlists,
    read_carts,
    read_vouchers,
    read_enquiries,
    read_notes,
)
"""In an order where what is referred to comes first."""

_ENDING: dict[Kind, tuple[str, Columns, tuple[str, ...]]] = {
    Kind.OPEN_CART: (CARTS_FILE, CARTS, (CUSTOMERS_FILE, PRODUCTS_FILE)),
    Kind.PROMOTION: (PROMOTIONS_FILE, PROMOTIONS, (PRODUCTS_FILE,)),
    Kind.VOUCHER: (VOUCHERS_FILE, VOUCHERS, (CUSTOMERS_FILE,)),
    Kind.WISHLIST_ITEM: (WISHLISTS_FILE, WISHLISTS, (CUSTOMERS_FILE, PRODUCTS_FILE)),
}
"""Kinds that end by being left out: their file, and the files that its rows refer to, here or in earlier imports."""


class FolderStream(Iterator[ImportedRecord | Refusal]):
    """The stream of one folder. `complete_kinds` shrinks while it is read and is final once it has ended.

    A kind leaves the set as soon as a row of its file is refused: what was refused has not ended.
    """

    def __init__(self, items: Iterable[Item], complete_kinds: Iterable[Kind]) -> None:
        self._items = iter(items)
        self.complete_kinds = set(complete_kinds)

    def __next__(self) -> ImportedRecord | Refusal:
        item = next(self._items)
        if isinstance(item, Refusal) and not item.kept:
            self.complete_kinds.difference_update(kind for kind, (file, _, _) in _ENDING.items() if file == item.file)
        return item


def read_folder(
    folder: Path,
    *,
    source: str = DEFAULT_SOURCE,
    as_of: datetime | None = None,
    default_time_zone: str,
    shift_days: int = 0,
    currency: str | None = None,
    known: KnownRecords | None = None,
    on_progress: OnProgress | None = None,
    now: datetime | None = None,
) -> FolderStream:
    """Everything the folder says, streamed: memory holds keys and ids, never the orders.

    `as_of`: when the files were written, None for each file's own time; all times, this one too, are moved by
    `shift_days`. `currency` is that of the
    price list, which names none: without it the first order's, else the last import's, else rupiah. `known`: what
    earlier imports of this source brought, None before the first; none of its stock is believed to be counted after
    `now`. Raises NotADirectoryError at once.
    """
    if not folder.is_dir():
        raise NotADirectoryError(folder)
    shift = timedelta(days=shift_days)
    reading = FolderReading(
        folder=folder,
        source=source,
        zone=ZoneInfo(default_time_zone),
        shift=shift,
        as_of=as_of,
        currency=currency or _currency_of_orders(folder) or (known and known.price_currency()) or DEFAULT_CURRENCY,
        known=known or NothingKnown(),
        on_progress=on_progress,
        now=now,
    )
    items = (item for read in _READERS for item in read(reading))
    return FolderStream(items, complete_kinds(folder, after_others=known is not None))


def unread_files(folder: Path) -> dict[str, str]:
    """The folder's CSV files that are not read, by name; each with the known name that is plainly meant, else ""."""
    known = [folder / name for name in KNOWN_FILES if (folder / name).is_file()]
    others = sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix.casefold() == ".csv" and not path.name.startswith(".") and path.is_file()
        if not any(path.samefile(one) for one in known)  # a disk may tell no capitals apart
    )
    return {name: _meant(name) for name in others}


def _meant(name: str) -> str:
    stem = _NUMBER_BEHIND.sub("", Path(name).stem.casefold())
    return next((_MEANT[one] for one in get_close_matches(stem, _MEANT, n=1, cutoff=_LEAST_LIKENESS)), "")


def _currency_of_orders(folder: Path) -> str | None:
    orders = folder / ORDERS_FILE
    if not orders.is_file():
        return None
    with Table(orders, Columns(("Currency",))) as table:
        for row in table:
            if not isinstance(row, Row):
                continue
            try:
                return currency_code(row.required("Currency"), "Currency")
            except CellRefused:
                continue
    return None


def complete_kinds(folder: Path, *, after_others: bool = False) -> frozenset[Kind]:
    """Kinds that end by being left out and whose file is here and whole, with the files its rows refer to.

    `after_others`: earlier imports are known, so that the file is enough. Rows are only counted, not understood:
    `FolderStream.complete_kinds` is the better answer once it has been read.
    """
    return frozenset(
        kind
        for kind, (file, columns, needed) in _ENDING.items()
        if all((folder / name).is_file() for name in (file, *(() if after_others else needed)))
        and _is_whole(folder / file, columns)
    )


def _is_whole(path: Path, columns: Columns) -> bool:
    with Table(path, columns) as table:
        return all(isinstance(row, Row) or row.kept for row in table) and table.whole
