"""Rows of a mapped file: any till's columns, answering to the headings that the readers of Shopify's files ask for.

So one set of readers, with all their rules, serves every shop. A `RowPlan` says, for one file's headings, which cells
answer to which heading and how they are written; a `MappedRow` converts a cell when it is asked for. Refusals name the
file's own heading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from sync.connectors.cell_values import reference, web_link
from sync.connectors.csv_reading import MAX_TEXT_CHARACTERS, NAME_COLUMNS, Row, clean, heading_key, one_line
from sync.connectors.errors import CellRefused
from sync.connectors.foreign_cells import is_masked, iso_day, iso_moment, plain_amount, plain_count
from sync.connectors.mapping import FIELDS, NEEDED, FileKind, FileMapping, ImportMapping
from sync.protocol.importing import Refusal


class Style(StrEnum):
    """How a cell is written. `part_off`: an amount that is taken off, with or without a minus before it."""

    TEXT = "text"
    CODE = "code"
    MOMENT = "moment"
    DAY = "day"
    AMOUNT = "amount"
    PART_OFF = "part_off"
    COUNT = "count"
    LINK = "link"
    PRODUCT_STATUS = "product_status"


@dataclass(frozen=True, slots=True)
class Answer:
    """The heading that a field of ours answers to, and the style of its cells."""

    heading: str
    style: Style = Style.TEXT


LINE_TOTAL = "Line total"
LINE_VARIANT = "Line variant"
"""Headings of no reader: an order's own values are made of them (`mapped_orders`)."""

_ORDERS = {
    "number": Answer("Name", Style.CODE),
    "placed_at": Answer("Created at", Style.MOMENT),
    "status": Answer("Fulfillment Status"),
    "payment_status": Answer("Financial Status"),
    "cancelled_at": Answer("Cancelled at", Style.MOMENT),
    "currency": Answer("Currency"),
    "channel": Answer("Source"),
    "location": Answer("Location"),
    "associate": Answer("Employee"),
    "total": Answer("Total", Style.AMOUNT),
    "subtotal": Answer("Subtotal", Style.AMOUNT),
    "discount": Answer("Discount Amount", Style.PART_OFF),
    "shipping": Answer("Shipping", Style.AMOUNT),
    "tax": Answer("Taxes", Style.AMOUNT),
    "refunded": Answer("Refunded Amount", Style.PART_OFF),
    "note": Answer("Notes"),
    "customer_id": Answer("Customer ID", Style.CODE),
    "buyer_name": Answer("Billing Name"),
    "buyer_email": Answer("Email"),
    "buyer_phone": Answer("Phone"),
    "buyer_city": Answer("Billing City"),
    "item_name": Answer("Lineitem name"),
    "variant": Answer(LINE_VARIANT),
    "sku": Answer("Lineitem sku", Style.CODE),
    "quantity": Answer("Lineitem quantity", Style.COUNT),
    "price": Answer("Lineitem price", Style.AMOUNT),
    "line_total": Answer(LINE_TOTAL, Style.AMOUNT),
    "line_discount": Answer("Lineitem discount", Style.PART_OFF),
}
_PRODUCTS = {
    "handle": Answer("Handle"),
    "name": Answer("Title"),
    "sku": Answer("Variant SKU", Style.CODE),
    "barcode": Answer("Variant Barcode", Style.CODE),
    "price": Answer("Variant Price", Style.AMOUNT),
    "compare_at_price": Answer("Variant Compare At Price", Style.AMOUNT),
    "brand": Answer("Vendor"),
    "category": Answer("Type"),
    "description": Answer("Body (HTML)"),
    "tags": Answer("Tags"),
    "status": Answer("Status", Style.PRODUCT_STATUS),
    "picture": Answer("Image Src", Style.LINK),
    **{f"option_{number}": Answer(f"Option{number} Value") for number in (1, 2, 3)},
    **{f"option_{number}_name": Answer(f"Option{number} Name") for number in (1, 2, 3)},
}
_STOCK = {
    "sku": Answer("SKU", Style.CODE),
    "location": Answer("Location"),
    "on_hand": Answer("On hand", Style.COUNT),
    "available": Answer("Available", Style.COUNT),
    "reserved": Answer("Committed", Style.COUNT),
}
_CUSTOMERS = {
    "id": Answer("Customer ID", Style.CODE),
    "name": Answer("First Name"),
    "first_name": Answer("First Name"),
    "last_name": Answer("Last Name"),
    "email": Answer("Email"),
    "phone": Answer("Phone"),
    "city": Answer("Default Address City"),
    "note": Answer("Note"),
}
CUSTOMER_EXTRAS = {
    "name": Answer("First Name"),
    "first_name": Answer("First Name"),
    "last_name": Answer("Last Name"),
    "id": Answer("customer_id", Style.CODE),
    "email": Answer("email"),
    "phone": Answer("phone"),
    "salutation": Answer("salutation"),
    "birthday": Answer("birthday", Style.DAY),
    "customer_since": Answer("customer_since", Style.MOMENT),
    "language": Answer("language"),
    "home_store": Answer("home_store"),
    "loyalty_number": Answer("loyalty_number", Style.CODE),
    "tier": Answer("tier"),
    "points": Answer("points", Style.COUNT),
    "points_as_of": Answer("points_as_of", Style.MOMENT),
    "consent_email": Answer("consent_marketing_email"),
    "consent_whatsapp": Answer("consent_marketing_whatsapp"),
    "consent_sms": Answer("consent_marketing_sms"),
    "consent_phone": Answer("consent_marketing_phone"),
    "consent_at": Answer("consent_at", Style.MOMENT),
}
"""What a customers file answers as `customers_extra.csv`: the same rows a second time."""

EXTRA_FIELDS = FIELDS[FileKind.CUSTOMERS] - _CUSTOMERS.keys()
_MASKABLE = frozenset({"Billing Name", "Email", "Phone", "Billing City", "email", "phone"})
_WHO = ("Billing Name", "Email", "Phone")
_STATUS_WORDS = {
    **dict.fromkeys(("aktif", "active", "live", "tampil", "published", "ya", "yes", "1"), "active"),
    **dict.fromkeys(("nonaktif", "tidak aktif", "inactive", "archived", "arsip", "deactivated", "0"), "archived"),
    **dict.fromkeys(("draft", "draf"), "draft"),
    **dict.fromkeys(("unlisted", "tersembunyi", "hidden"), "unlisted"),
}


def answers_of(kind: FileKind) -> Mapping[str, Answer]:
    """The heading and style of each field of a kind of file."""
    match kind:
        case FileKind.ORDERS:
            return _ORDERS
        case FileKind.PRODUCTS:
            return _PRODUCTS
        case FileKind.STOCK:
            return _STOCK
        case FileKind.CUSTOMERS:
            return _CUSTOMERS
    assert_never(kind)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Where a heading's cell stands: the first filled of `places`, each of one column or of several to be joined.

    `own_heading` is the file's word for it.
    """

    places: tuple[tuple[int, ...], ...]
    own_heading: str
    style: Style
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What one file's headings come to. `currency` and `zone` hold for rows that name none."""

    entry: FileMapping
    cells: Mapping[str, _Cell]
    currency: str
    zone: ZoneInfo

    @property
    def headings(self) -> list[str]:
        """The headings that these rows answer to."""
        return list(self.cells)

    def convert(self, heading: str, text: str, currency: str) -> str:
        """The cell in the form that the readers take. Raises CellRefused."""
        cell, entry = self.cells[heading], self.entry
        match cell.style:
            case Style.TEXT:
                return text
            case Style.CODE:
                return reference(text, heading)
            case Style.MOMENT:
                return iso_moment(text, entry.dates, self.zone, heading)
            case Style.DAY:
                return iso_day(text, entry.dates, heading)
            case Style.AMOUNT:
                return plain_amount(text, currency, entry.decimal_mark, heading)
            case Style.PART_OFF:
                return plain_amount(text, currency, entry.decimal_mark, heading).removeprefix("-")
            case Style.COUNT:
                return plain_count(text, entry.decimal_mark, heading)
            case Style.LINK:
                return web_link(text, heading)
            case Style.PRODUCT_STATUS:
                return _STATUS_WORDS.get(text.casefold(), text)
        assert_never(cell.style)


def heading_positions(headings: Sequence[str]) -> dict[str, list[int]]:
    """Where each heading stands, by its key; one that stands twice can be named as `Heading#2`."""
    found: dict[str, list[int]] = {}
    for position, heading in enumerate(headings):
        if key := heading_key(heading):
            found.setdefault(key, []).append(position)
    return found


def _columns(heading: str, found: Mapping[str, list[int]]) -> tuple[int, ...] | None:
    """The columns of a heading, or of `One + Other`; None where one is not there. Raises CellRefused where doubled."""
    only = _column(heading, found)
    if only is not None:
        return (only,)
    parts = [_column(part, found) for part in heading.split(" + ")]
    return tuple(part for part in parts if part is not None) if None not in parts else None


def _column(heading: str, found: Mapping[str, list[int]]) -> int | None:
    places = found.get(heading_key(heading))
    if places is None:
        name, _, number = heading.rpartition("#")
        places = found.get(heading_key(name)) if name and number.isdigit() else None
        if places is None or not 1 <= int(number) <= len(places):
            return None
        return places[int(number) - 1]
    if len(places) > 1:
        raise CellRefused("import.doubled_column", heading)
    return places[0]


def score(headings: Sequence[str], entry: FileMapping) -> int:
    """How many of the entry's fields a row of headings has."""
    found = heading_positions(headings)
    return sum(any(_is_there(name, found) for name in names) for names in entry.columns.values())


def _is_there(heading: str, found: Mapping[str, list[int]]) -> bool:
    try:
        return _columns(heading, found) is not None
    except CellRefused:
        return True


def plan_for(headings: Sequence[str], entry: FileMapping, mapping: ImportMapping, *, extras: bool = False) -> RowPlan:
    """The plan of a file with these headings. Raises CellRefused: a needed column is missing, or doubled.

    `extras`: the rows are to answer as `customers_extra.csv`.
    """
    found = heading_positions(headings)
    answers = CUSTOMER_EXTRAS if extras else answers_of(entry.kind)
    cells: dict[str, _Cell] = {}
    there: set[str] = set()
    for name, words in entry.columns.items():
        places = [(place, word) for word in words if (place := _columns(word, found)) is not None]
        if places:
            there.add(name)
        if places and name in answers:
            cells[answers[name].heading] = _Cell(tuple(place for place, _ in places), places[0][1], answers[name].style)
    for group in NEEDED[entry.kind]:
        if not there.intersection(group):
            named = next(name for name in group if name in entry.columns)
            raise CellRefused("import.missing_column", entry.columns[named][0])
    currency = entry.currency or mapping.currency
    if not extras:
        _add_constants(cells, entry, currency)
    return RowPlan(entry, cells, currency, ZoneInfo(entry.time_zone or mapping.time_zone))


def _add_constants(cells: dict[str, _Cell], entry: FileMapping, currency: str) -> None:
    """What the mapping says for every row, for cells that are empty or not in the file."""

    def otherwise(heading: str, text: str) -> None:
        cell = cells.get(heading, _Cell((), "", Style.TEXT))
        cells[heading] = _Cell(cell.places, cell.own_heading, cell.style, text)

    match entry.kind:
        case FileKind.ORDERS:
            otherwise("Currency", currency)
            otherwise("Source", entry.channel)
            otherwise("Location", entry.location)
            if "Lineitem quantity" not in cells:
                otherwise("Lineitem quantity", "1")
        case FileKind.STOCK:
            otherwise("Location", entry.location)
        case FileKind.PRODUCTS:
            if "Handle" not in cells:
                cells["Handle"] = cells["Title"]
            for number, name in enumerate(("option_1", "option_2", "option_3")):
                if name in entry.columns:
                    stated = entry.option_names[number] if number < len(entry.option_names) else ""
                    otherwise(f"Option{number + 1} Name", stated or entry.columns[name][0])
        case FileKind.CUSTOMERS:
            pass


class MappedRow(Row):
    """One row under a plan. Values that are made of several rows or cells are put in with `put`."""

    __slots__ = ("_masked", "_raws", "_refused", "_texts", "cells", "plan")

    def __init__(self, file: str, line: int, cells: list[str], plan: RowPlan) -> None:
        super().__init__(file, line, cells, {})
        self.cells = cells
        self.plan = plan
        self._raws: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._refused: dict[str, CellRefused] = {}
        self._masked: bool | None = None

    def raw(self, column: str) -> str:
        """The first filled cell as it is written, "" where there is none."""
        known = self._raws.get(column)
        if known is not None:
            return known
        cell = self.plan.cells.get(column)
        if cell is None:
            return ""
        raw = self._raws[column] = next(filter(None, map(self._joined, cell.places)), "")
        return raw

    def _joined(self, place: tuple[int, ...]) -> str:
        """The cells of one place with a blank between them."""
        words = [self.cells[position] for position in place if position < len(self.cells)]
        cleaned = [word.strip() if word.isascii() else clean(word) for word in words]
        return cleaned[0] if len(cleaned) == 1 else " ".join(filter(None, cleaned))

    def put(self, column: str, text: str) -> None:
        """Let the column say this from now on."""
        self._texts[column] = text

    def borrow(self, column: str, other: "MappedRow") -> None:
        """Let the column say what another row of the same thing says."""
        self._raws[column] = other.raw(column)
        self._texts.pop(column, None)

    def refuse_instead(self, column: str, reason: str, cause: str) -> None:
        """Let the column be refused, by the column that is to blame."""
        self._refused[column] = CellRefused(reason, cause)

    def has(self, column: str) -> bool:
        return column in self.plan.cells or column in self._texts

    def text(self, column: str, *, limit: int = MAX_TEXT_CHARACTERS) -> str:
        known = self._texts.get(column)
        if known is not None:
            return known
        if column in self._refused:
            raise self._refused[column]
        cell = self.plan.cells.get(column)
        if cell is None or (column in _MASKABLE and self._hides(column)):
            return ""
        raw = self.raw(column)
        if len(raw) > limit or "\x00" in raw:
            raise CellRefused("import.too_long" if len(raw) > limit else "import.bad_text", column)
        text = self._converted(column, raw) if raw else cell.otherwise
        self._texts[column] = one_line(text) if column in NAME_COLUMNS else text
        return self._texts[column]

    def _converted(self, column: str, raw: str) -> str:
        if self.plan.cells[column].style in (Style.TEXT, Style.CODE):
            return self._prefixed(column, self.plan.convert(column, raw, ""))
        return self.plan.convert(column, raw, self.raw("Currency").upper() or self.plan.currency)

    def _prefixed(self, column: str, text: str) -> str:
        return f"{self.plan.entry.number_prefix}{text}" if column == "Name" else text

    @property
    def is_masked(self) -> bool:
        """Whether a detail of the buyer was made unreadable: then nothing of the buyer counts."""
        if self._masked is None:
            self._masked = any(is_masked(self.raw(column)) for column in _WHO)
        return self._masked

    def _hides(self, column: str) -> bool:
        return self.is_masked if self.plan.entry.kind == FileKind.ORDERS else is_masked(self.raw(column))

    def refusal(self, reason: str, column: str = "", *, kept: bool = False) -> Refusal:
        cell = self.plan.cells.get(column)
        return Refusal(self.file, self.line, reason, cell.own_heading if cell else column, kept)
