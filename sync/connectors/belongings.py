"""wishlists.csv, carts.csv, vouchers.csv and enquiries.csv -> what customers want, left, hold and asked."""

from collections.abc import Iterator

from sync.connectors.cell_values import choice, currency_code, minor_units, quantity, reference
from sync.connectors.csv_reading import Columns, Row
from sync.connectors.errors import CellRefused
from sync.connectors.reading import CUSTOMER_COLUMNS, FolderReading, Item, Made, Once
from sync.protocol.bodies.people import EnquiryBody, WishlistItemBody
from sync.protocol.bodies.purchases import CartLine, OpenCartBody, VoucherBody
from sync.protocol.importing import Refusal
from sync.protocol.kinds import Kind

WISHLISTS_FILE = "wishlists.csv"
WISHLISTS = Columns(("sku", "added_at"), (*CUSTOMER_COLUMNS, "channel"))
CARTS_FILE = "carts.csv"
CARTS = Columns(("cart_id", "updated_at", "sku", "quantity", "price", "currency"), CUSTOMER_COLUMNS)
VOUCHERS_FILE = "vouchers.csv"
VOUCHERS = Columns(
    ("code", "name", "value", "currency", "expires_at"), (*CUSTOMER_COLUMNS, "name_en", "starts_at", "status")
)
ENQUIRIES_FILE = "enquiries.csv"
ENQUIRIES = Columns(("enquiry_id", "kind", "subject", "opened_at"), (*CUSTOMER_COLUMNS, "status", "location", "order"))
_VOUCHER_STATUSES = frozenset({"active", "used", "expired"})
_TOPICS = frozenset({"complaint", "question"})
_ENQUIRY_STATUSES = frozenset({"open", "closed"})


def read_wishlists(reading: FolderReading) -> Iterator[Item]:
    """One item for each row; the same thing added twice at one moment is a repeated row."""
    once = Once()

    def make(row: Row) -> Made:
        person, sellable = reading.customers.named(row), reading.products.required(row)
        added_at = reading.moment(row, "added_at")
        ref = f"{person.ref}/{sellable.ref}/{reading.unshifted(row, 'added_at')}"
        body = WishlistItemBody(
            id=reading.id_of(Kind.WISHLIST_ITEM, ref),
            customer_id=person.id,
            product_id=sellable.product_id,
            variant_id=sellable.variant_id,
            added_at=added_at,
            channel=row.text("channel"),
            source=reading.source,
        )
        once.claim("added_at", ref)
        return [reading.record(Kind.WISHLIST_ITEM, ref, body, row)]

    yield from reading.rows(WISHLISTS_FILE, WISHLISTS, make, expect=reading.expect_customers)


def read_carts(reading: FolderReading) -> Iterator[Item]:
    """Each cart with its lines; one in which no line can be read is refused."""

    def make(rows: list[Row]) -> Made:
        return _cart(reading, rows)

    yield from reading.groups(CARTS_FILE, CARTS, "cart_id", make, expect=reading.expect_customers)


def _cart(reading: FolderReading, rows: list[Row]) -> Made:
    first = rows[0]
    ref = reference(first.code("cart_id"), "cart_id")
    person, currency = reading.customers.named(first), currency_code(first.required("currency"), "currency")
    lines: list[CartLine] = []
    warnings: list[Refusal] = []
    for row in rows:
        try:
            lines.append(_cart_line(reading, row, currency))
        except CellRefused as problem:
            warnings.append(row.refusal(problem.reason, problem.column, kept=True))
    if not lines:
        return [row.refusal(warning.reason, warning.column) for row, warning in zip(rows, warnings, strict=True)]
    body = OpenCartBody(
        id=reading.id_of(Kind.OPEN_CART, ref),
        source=reading.source,
        external_ref=ref,
        customer_id=person.id,
        updated_at=reading.moment(first, "updated_at"),
        currency=currency,
        lines=lines,
    )
    return [reading.record(Kind.OPEN_CART, ref, body, first), *warnings]


def _cart_line(reading: FolderReading, row: Row, currency: str) -> CartLine:
    sellable = reading.products.required(row)
    return CartLine(
        variant_id=sellable.variant_id,
        product_id=sellable.product_id,
        sku=row.code("sku"),
        quantity=quantity(row.required("quantity"), "quantity", low=1),
        price_minor=minor_units(row.required("price"), currency, "price"),
    )


def read_vouchers(reading: FolderReading) -> Iterator[Item]:
    """Each voucher; one code may be several customers'."""
    once = Once()

    def make(row: Row) -> Made:
        person, code = reading.customers.named(row), row.code("code") or row.required("code")
        currency, ref = currency_code(row.required("currency"), "currency"), f"{code}/{person.ref}"
        body = VoucherBody(
            id=reading.id_of(Kind.VOUCHER, ref),
            source=reading.source,
            external_ref=ref,
            customer_id=person.id,
            code=code,
            name=row.text("name"),
            name_en=row.text("name_en"),
            value_minor=minor_units(row.required("value"), currency, "value"),
            currency=currency,
            starts_at=reading.moment_or_none(row, "starts_at"),
            expires_at=reading.moment(row, "expires_at"),
            status=choice(row.text("status") or "active", "status", _VOUCHER_STATUSES),
        )
        once.claim("code", ref)
        return [reading.record(Kind.VOUCHER, ref, body, row)]

    yield from reading.rows(VOUCHERS_FILE, VOUCHERS, make, expect=reading.expect_customers)


def read_enquiries(reading: FolderReading) -> Iterator[Item]:
    """Each question or complaint; a place we do not know is left out and reported."""
    once = Once()

    def make(row: Row) -> Made:
        person = reading.customers.named(row)
        ref = reference(row.code("enquiry_id") or row.required("enquiry_id"), "enquiry_id")
        place = reading.places.get(row.text("location")) if row.text("location") else None
        body = EnquiryBody(
            id=reading.id_of(Kind.ENQUIRY, ref),
            customer_id=person.id,
            topic=choice(row.required("kind"), "kind", _TOPICS),
            subject=row.required("subject"),
            status=choice(row.text("status") or "open", "status", _ENQUIRY_STATUSES),
            opened_at=reading.moment(row, "opened_at"),
            location_id=place.id if place else None,
            order_number=row.code("order"),
            source=reading.source,
            external_ref=ref,
        )
        once.claim("enquiry_id", ref)
        unknown = bool(row.text("location")) and place is None
        warnings = [row.refusal("import.unknown_location", "location", kept=True)] if unknown else []
        return [reading.record(Kind.ENQUIRY, ref, body, row), *warnings]

    yield from reading.rows(ENQUIRIES_FILE, ENQUIRIES, make, expect=reading.expect_customers)
