"""products_export.csv with products_extra.csv -> products and their prices.

Shopify writes a row for each variant and each further picture; the product's own cells stand on the first row of its
handle. The handle is the reference: the export has no product id. A variant's reference is its SKU, so that orders
and stock find it without a table.

One of the two files may come alone: products_export then leaves what products_extra said last, and products_extra is
put into the products of earlier imports.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import orjson
from pydantic import ValidationError

from sync.connectors.cell_values import choice, gtin14, minor_units, plain_text, web_link, whole_number
from sync.connectors.csv_reading import Columns, Row
from sync.connectors.errors import CellRefused
from sync.connectors.known import Sellable, variant_ref
from sync.connectors.pictures import picture_path
from sync.connectors.reading import FolderReading, Item, Made, guarded, in_portions, listed, text_of
from sync.protocol.bodies.shop import DeliveryOption, Picture, PriceBody, ProductBody, SizeChart, Variant, VariantPrice
from sync.protocol.importing import Refusal
from sync.protocol.kinds import Body, Kind

PRODUCTS_FILE = "products_export.csv"
_OPTIONS = tuple((f"Option{number} Name", f"Option{number} Value") for number in (1, 2, 3))
PRODUCTS = Columns(
    ("Handle", "Title", "Variant SKU", "Variant Price"),
    (
        "Body (HTML)",
        "Vendor",
        "Type",
        "Product Category",
        "Tags",
        "Status",
        "Variant Compare At Price",
        "Variant Barcode",
        "Variant Image",
        "Image Src",
        "Image Position",
        "Image Alt Text",
        *(column for pair in _OPTIONS for column in pair),
    ),
)
EXTRA_FILE = "products_extra.csv"
EXTRA = Columns(
    ("handle",),
    (
        "video_url",
        "size_chart",
        "returns_days",
        "returns_note",
        "returns_note_en",
        "delivery_options",
        "same_day_cities",
        "goes_with",
    ),
)
_EXTRA_FIELDS = frozenset(EXTRA.used)
"""Fields of a product that only the extra file fills, each named as its column."""

MAX_HTML_CHARACTERS = 200_000
_DELIVERY = frozenset(DeliveryOption)
_STATUSES = frozenset({"active", "draft", "archived", "unlisted"})
VARIANT_KIND = "variant"


@dataclass(slots=True)
class _Product:
    """What is gathered from the rows of one handle."""

    handle: str
    option_names: list[str]
    variants: list[Variant] = field(default_factory=list)
    prices: dict[str, VariantPrice] = field(default_factory=dict)
    pictures: list[tuple[int, Picture]] = field(default_factory=list)
    warnings: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Extras:
    """The extra rows by handle (None: the folder has no such file) and every handle of the catalogue."""

    by_handle: dict[str, Row] | None
    handles: frozenset[str]


def read_products(reading: FolderReading) -> Iterator[Item]:
    """Each product followed by its prices; at the end, the extra rows no product asked for."""
    extras, refused = _read_extras(reading)
    yield from refused
    said: dict[str, Body] = {}

    def expect(rows: list[Row]) -> None:
        said.clear()
        if extras.by_handle is None:
            said.update(reading.last_words(Kind.PRODUCT, (text_of(row, "Handle") for row in rows)))

    def make(rows: list[Row]) -> Made:
        return _product(reading, rows, extras, said)

    yield from reading.groups(PRODUCTS_FILE, PRODUCTS, "Handle", make, expect=expect)
    left = [pair for pair in (extras.by_handle or {}).items() if not reading.products.is_here(pair[0])]
    for portion in in_portions(left, lambda pair: pair[1].characters):
        earlier = reading.last_words(Kind.PRODUCT, (handle for handle, _ in portion))
        for handle, row in portion:
            yield from guarded(row, partial(_earlier_product, reading, row, extras, earlier.get(handle)))


def _earlier_product(reading: FolderReading, row: Row, extras: _Extras, said: Body | None) -> Made:
    """A product of an earlier import with what its extra row says now."""
    if said is None:
        raise CellRefused("import.unknown_product", "handle")
    product = ProductBody.model_validate({name: said[name] for name in said.keys() - _EXTRA_FIELDS})
    warnings: list[Refusal] = []
    _add_extra(reading, product, row, extras, warnings)
    return [reading.record(Kind.PRODUCT, product.external_ref, product, row), *warnings]


def _read_extras(reading: FolderReading) -> tuple[_Extras, list[Refusal]]:
    by_handle: dict[str, Row] = {}
    refused: list[Refusal] = []
    with reading.table(EXTRA_FILE, EXTRA) as table:
        for row in table or ():
            if isinstance(row, Refusal):
                refused.append(row)
                continue
            try:
                handle = row.required("handle")
            except CellRefused as problem:
                refused.append(row.refusal(problem.reason, problem.column))
                continue
            if handle in by_handle:
                refused.append(row.refusal("import.duplicate_id", "handle"))
            else:
                by_handle[handle] = row
    handles = _handles(reading) if by_handle else frozenset[str]()
    return _Extras(by_handle if reading.has(EXTRA_FILE) else None, handles), refused


def _handles(reading: FolderReading) -> frozenset[str]:
    """Every handle of the catalogue: `goes_with` may name a product that comes later."""
    handles: set[str] = set()
    with reading.table(PRODUCTS_FILE, PRODUCTS, quiet=True) as table:
        for row in table or ():
            if isinstance(row, Row):
                try:
                    handles.add(row.text("Handle"))
                except CellRefused:
                    continue
    return frozenset(handles)


def _product(reading: FolderReading, rows: list[Row], extras: _Extras, said: Mapping[str, Body]) -> Made:
    first = rows[0]
    handle = first.required("Handle")
    gathered = _Product(handle, [first.text(name) for name, _ in _OPTIONS])
    for row in rows:
        _take_row(reading, gathered, row)
    product = ProductBody(
        id=reading.id_of(Kind.PRODUCT, handle),
        source=reading.source,
        external_ref=handle,
        name=first.required("Title"),
        handle=handle,
        brand=first.text("Vendor"),
        category=first.text("Type") or first.text("Product Category"),
        description=plain_text(first.text("Body (HTML)", limit=MAX_HTML_CHARACTERS)),
        tags=[tag for part in first.text("Tags").split(",") if (tag := part.strip())],
        status=choice(first.text("Status") or "active", "Status", _STATUSES),
        pictures=[picture for _, picture in sorted(gathered.pictures, key=lambda placed: placed[0])],
        option_names=_shown_option_names(gathered),
        variants=gathered.variants,
    )
    extra = extras.by_handle.get(handle) if extras.by_handle is not None else None
    if extra is not None:
        _add_extra(reading, product, extra, extras, gathered.warnings)
    elif handle in said:
        kept = {name: said[handle][name] for name in said[handle].keys() & _EXTRA_FIELDS}
        product = ProductBody.model_validate(product.to_body() | kept)
    prices = PriceBody(
        id=product.id,
        source=reading.source,
        external_ref=handle,
        currency=reading.currency,
        variants=gathered.prices,
    )
    _remember(reading, product)
    made: Made = [reading.record(Kind.PRODUCT, handle, product, first)]
    if prices.variants:
        made.append(reading.record(Kind.PRICE, handle, prices, first))
    return [*made, *gathered.warnings]


def _remember(reading: FolderReading, product: ProductBody) -> None:
    reading.products.add_product(product.handle, product.id)
    for variant in product.variants:
        options = tuple(variant.options.get(name, "") for name in product.option_names)
        sellable = Sellable(variant_ref(variant.sku, product.handle, options), variant.id, product.id)
        reading.products.add(sellable, variant.sku, product.handle, tuple(option for option in options if option))


def _shown_option_names(gathered: _Product) -> list[str]:
    return [name for name in gathered.option_names if any(name in variant.options for variant in gathered.variants)]


def _take_row(reading: FolderReading, gathered: _Product, row: Row) -> None:
    values = options_of(row, gathered.option_names)
    if row.code("Variant SKU") or row.text("Variant Price") or any(row.text(value) for _, value in _OPTIONS):
        _take_variant(reading, gathered, row, values)
    try:
        url = picture_path(reading.folder, row.text("Image Src"), "Image Src")
        if url:
            position = row.text("Image Position")
            placed = whole_number(position, "Image Position", low=0, high=10_000) if position else 10_000
            gathered.pictures.append((placed, Picture(url=url, alt=row.text("Image Alt Text"))))
    except CellRefused as problem:
        gathered.warnings.append(row.refusal(problem.reason, problem.column, kept=True))


def options_of(row: Row, names: list[str]) -> dict[str, str]:
    """What a row chooses for each option name; Shopify's placeholder for "no options" is none."""
    values = {name: row.text(value) for name, (_, value) in zip(names, _OPTIONS, strict=False) if name}
    if values == {"Title": "Default Title"}:
        return {}
    return {name: value for name, value in values.items() if value}


def _take_variant(reading: FolderReading, gathered: _Product, row: Row, options: dict[str, str]) -> None:
    sku = row.code("Variant SKU")
    taken = bool(sku) and (reading.products.has_sku(sku) or any(sku == other.sku for other in gathered.variants))
    ref = sku if sku and not taken else "/".join((gathered.handle, sku, *options.values()))
    variant = Variant(
        id=reading.id_of(VARIANT_KIND, ref), sku=sku, options=dict(options), position=len(gathered.variants) + 1
    )
    if any(variant.id == other.id for other in gathered.variants):
        gathered.warnings.append(row.refusal("import.duplicate_id", "Variant SKU"))
        return
    if taken:
        gathered.warnings.append(row.refusal("import.duplicate_sku", "Variant SKU", kept=True))
    try:
        variant.gtin = gtin14(row.code("Variant Barcode"), "Variant Barcode")
    except CellRefused as problem:
        gathered.warnings.append(row.refusal(problem.reason, problem.column, kept=True))
    try:
        variant.picture = picture_path(reading.folder, row.text("Variant Image"), "Variant Image")
    except CellRefused as problem:
        gathered.warnings.append(row.refusal(problem.reason, problem.column, kept=True))
    gathered.variants.append(variant)
    if not row.has("Variant Price"):
        return
    try:
        gathered.prices[variant.id] = _price(reading.currency, row)
    except CellRefused as problem:
        gathered.warnings.append(row.refusal(problem.reason, problem.column, kept=True))


def _price(currency: str, row: Row) -> VariantPrice:
    compare_at = row.text("Variant Compare At Price")
    return VariantPrice(
        price_minor=minor_units(row.required("Variant Price"), currency, "Variant Price"),
        compare_at_minor=minor_units(compare_at, currency, "Variant Compare At Price") if compare_at else None,
    )


def _add_extra(
    reading: FolderReading, product: ProductBody, row: Row, extras: _Extras, warnings: list[Refusal]
) -> None:
    """Put the extra row's cells into the product; a cell that cannot be read is left out and reported."""

    def refuse(reason: str, column: str) -> None:
        warnings.append(row.refusal(reason, column, kept=True))

    product.returns_note = row.text("returns_note")
    product.returns_note_en = row.text("returns_note_en")
    product.same_day_cities = listed(row.text("same_day_cities"))
    for option in listed(row.text("delivery_options").casefold()):
        if option in _DELIVERY:
            product.delivery_options.append(option)
        else:
            refuse("import.bad_choice", "delivery_options")
    for handle in listed(row.text("goes_with")):
        named = reading.id_of(Kind.PRODUCT, handle) if handle in extras.handles else reading.products.product_id(handle)
        if named is not None:
            product.goes_with.append(named)
        else:
            refuse("import.unknown_product", "goes_with")
    try:
        product.video_url = web_link(row.text("video_url"), "video_url")
    except CellRefused as problem:
        refuse(problem.reason, problem.column)
    try:
        days = row.text("returns_days")
        product.returns_days = whole_number(days, "returns_days", low=0, high=3_650) if days else None
    except CellRefused as problem:
        refuse(problem.reason, problem.column)
    try:
        product.size_chart = _size_chart(row.text("size_chart"))
    except CellRefused as problem:
        refuse(problem.reason, problem.column)
    ProductBody.model_validate(product.to_body())


def _size_chart(text: str) -> SizeChart | None:
    if not text:
        return None
    try:
        chart = SizeChart.model_validate(orjson.loads(text))
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise CellRefused("import.bad_size_chart", "size_chart") from error
    if any(len(row) != len(chart.columns) for row in chart.rows):
        raise CellRefused("import.bad_size_chart", "size_chart")
    return chart
