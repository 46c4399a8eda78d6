"""mapping.toml: what the columns of any till's or marketplace's files mean, read and checked before anything else.

One `[[files]]` entry for each kind of file. A field of ours names one heading or several: of those that the file has,
the first filled cell counts. `Date + Time` are two columns joined, `Heading#2` is the second of that heading. Nothing
is guessed that a file cannot say: whether 03/04/2026 is April or March (`dates`), and whether 1.250 is a thousand
(`decimal_mark`).
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sync.connectors.errors import MappingRefused

MAX_MAPPING_BYTES = 1024 * 1024


class FileKind(StrEnum):
    """What a file is a list of."""

    ORDERS = "orders"
    PRODUCTS = "products"
    STOCK = "stock"
    CUSTOMERS = "customers"


class DateOrder(StrEnum):
    """How `03/04/2026` is read; `iso`: not at all."""

    ISO = "iso"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


# fmt: off
FIELDS: Mapping[FileKind, frozenset[str]] = {
    FileKind.ORDERS: frozenset((
        "number", "placed_at", "status", "payment_status", "cancelled_at", "currency", "channel", "location",
        "associate", "total", "subtotal", "discount", "shipping", "tax", "refunded", "note", "customer_id",
        "buyer_name", "buyer_email", "buyer_phone", "buyer_city", "item_name", "variant", "sku", "quantity", "price",
        "line_total", "line_discount",
    )),
    FileKind.PRODUCTS: frozenset((
        "handle", "name", "sku", "barcode", "price", "compare_at_price", "brand", "category", "description", "tags",
        "status", "picture", "option_1", "option_2", "option_3", "option_1_name", "option_2_name", "option_3_name",
    )),
    FileKind.STOCK: frozenset(("sku", "location", "on_hand", "available", "reserved")),
    FileKind.CUSTOMERS: frozenset((
        "id", "name", "first_name", "last_name", "email", "phone", "city", "note", "salutation", "birthday",
        "customer_since", "language", "home_store", "loyalty_number", "tier", "points", "points_as_of",
        "consent_email", "consent_whatsapp", "consent_sms", "consent_phone", "consent_at",
    )),
}
# fmt: on

NEEDED: Mapping[FileKind, tuple[tuple[str, ...], ...]] = {
    FileKind.ORDERS: (("number",), ("placed_at",), ("item_name", "sku"), ("price", "line_total")),
    FileKind.PRODUCTS: (("name",), ("handle", "name")),
    FileKind.STOCK: (("sku",), ("on_hand", "available")),
    FileKind.CUSTOMERS: (("name", "first_name"), ("id", "email", "phone")),
}
"""Of each group one field must be there: without it the file says nothing."""


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _file_pattern(text: str) -> str:
    if "/" in text or "\\" in text or text.startswith("."):
        raise ValueError("a file's name in the folder")
    return text


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such zone") from error


def _codec(text: str) -> str:
    try:
        "".encode("utf-8" if text == "auto" else text)
    except LookupError as error:
        raise ValueError("no such encoding") from error
    return text


Heading = Annotated[str, Field(min_length=1, max_length=500)]
Headings = Annotated[tuple[Heading, ...], BeforeValidator(_listed), Field(min_length=1, max_length=20)]
Zone = Annotated[str, AfterValidator(_zone)]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Words = Annotated[str, Field(max_length=200)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileMapping(_Settings):
    """One kind of file. `name` is its name or a pattern of it (`orders-*.csv`).

    `heading_row` None: the first of the first 30 lines that has most of the headings. `location` and `channel` hold
    for rows that name none. `decimal_mark` None: an amount that could be two amounts is refused.
    """

    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_file_pattern)]
    kind: FileKind
    columns: dict[str, Headings]
    channel: Words = ""
    location: Words = ""
    currency: CurrencyCode | None = None
    time_zone: Zone | None = None
    dates: DateOrder = DateOrder.ISO
    decimal_mark: Literal[".", ","] | None = None
    delimiter: Literal["auto", ",", ";", "\t", "|"] = "auto"
    encoding: Annotated[str, AfterValidator(_codec)] = "auto"
    sheet: Words = ""
    heading_row: Annotated[int, Field(ge=1, le=1_000)] | None = None
    rows_after_heading: Annotated[int, Field(ge=0, le=100)] = 0
    number_prefix: Words = ""
    cancelled_statuses: tuple[Words, ...] = ()
    option_names: Annotated[tuple[Words, ...], Field(max_length=3)] = ()

    def matches(self, file: str) -> bool:
        """Whether a file of that name is meant."""
        return fnmatchcase(file.casefold(), self.name.casefold())


class ImportMapping(_Settings):
    """The whole mapping. `source` names where the files come from: ids are made of it, so it stays as it is."""

    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
    currency: CurrencyCode = "IDR"
    time_zone: Zone = "Asia/Jakarta"
    files: Annotated[tuple[FileMapping, ...], Field(min_length=1, max_length=200)]

    def entry_of(self, file: str, kind: FileKind | None = None) -> FileMapping | None:
        """The first entry, of that kind, that means a file of that name: one file may be products and stock."""
        return next((entry for entry in self.files if kind in (None, entry.kind) and entry.matches(file)), None)

    def of_kind(self, kind: FileKind) -> tuple[FileMapping, ...]:
        """The entries of one kind."""
        return tuple(entry for entry in self.files if entry.kind == kind)


def read_mapping(path: Path) -> ImportMapping:
    """The mapping of that file. Raises MappingRefused, which names the place, and OSError."""
    with path.open("rb") as stream:
        text = stream.read(MAX_MAPPING_BYTES + 1)
    if len(text) > MAX_MAPPING_BYTES:
        raise MappingRefused("mapping.not_toml", path.name)
    try:
        mapping = ImportMapping.model_validate(tomllib.loads(text.decode("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MappingRefused("mapping.not_toml", path.name) from error
    except ValidationError as error:
        raise _refused(error) from error
    for number, entry in enumerate(mapping.files, start=1):
        _check_fields(number, entry)
    return mapping


def _refused(error: ValidationError) -> MappingRefused:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    codes = {"extra_forbidden": "mapping.unknown_setting", "missing": "mapping.missing_setting"}
    return MappingRefused(codes.get(first["type"], "mapping.bad_value"), _place(first["loc"]))


def _place(steps: tuple[int | str, ...]) -> str:
    """`files 2, columns, number`: entries are counted from one, as a person reads them."""
    return ", ".join(str(step + 1) if isinstance(step, int) else step for step in steps).replace("files, ", "files ")


def _check_fields(number: int, entry: FileMapping) -> None:
    """Raises MappingRefused where a field is not one of the kind's, or one that the kind needs is not there."""
    unknown = sorted(entry.columns.keys() - FIELDS[entry.kind])
    if unknown:
        raise MappingRefused("mapping.unknown_field", f"files {number}, columns, {unknown[0]}")
    for group in NEEDED[entry.kind]:
        if not entry.columns.keys() & set(group):
            raise MappingRefused("mapping.missing_field", f"files {number}, columns, {' | '.join(group)}")
    if entry.kind == FileKind.STOCK and "location" not in entry.columns and not entry.location:
        raise MappingRefused("mapping.missing_field", f"files {number}, location")
