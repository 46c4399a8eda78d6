"""orders_export.csv with pickups.csv -> orders, and the guests who placed them.

Shopify writes a row for each line item; the order's own cells stand on its first row. Totals are taken as stated and
never added up again. Millions of rows pass through; some hundred orders are in memory at a time.

Whose order it is: the customer with its platform id, where the file has that; else the one with its e-mail; else the
one customer with its phone, if the name agrees and no other e-mail contradicts (one phone under two e-mails is two
people); else, where there is an e-mail or phone, a guest, who becomes a customer without an account just before the
order; else nobody (a walk-in). Where the folder has no such customer, those of earlier imports count in the same way.
An order that was an account's in an earlier import stays theirs where it would be a guest's now. A guest of an earlier
import is found again by the same e-mail, or by phone and name; a newer order fills in what it knows of them and blanks
nothing.

One of the two files may come alone: orders then keep the pickup that was said last, and pickups.csv is put into the
orders of earlier imports.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sync.connectors.cell_values import choice, currency_code, minor_units, quantity
from sync.connectors.csv_reading import Columns, Row
from sync.connectors.errors import CellRefused
from sync.connectors.known import Person, keyless_ref, name_words, names_agree
from sync.connectors.reading import FolderReading, Item, Made, code_of, in_portions, text_of
from sync.protocol.bodies.people import CustomerBody
from sync.protocol.bodies.purchases import OrderBody, OrderLine, Pickup, PickupStatus
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Body, Kind
from sync.protocol.search_keys import email_key, phone_key

ORDERS_FILE = "orders_export.csv"
CUSTOMER_ID = "Customer ID"
"""The platform's id of the customer: not in Shopify's file, but in others that are read like it."""

_NAMES = ("Billing Name", "Shipping Name")
_PHONES = ("Phone", "Billing Phone")
_CITIES = ("Billing City", "Shipping City")
ORDERS = Columns(
    (
        "Name",
        "Email",
        "Currency",
        "Subtotal",
        "Total",
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem sku",
    ),
    (
        *_NAMES,
        *_PHONES,
        *_CITIES,
        "Financial Status",
        "Fulfillment Status",
        "Shipping",
        "Taxes",
        "Discount Amount",
        "Refunded Amount",
        "Lineitem discount",
        "Notes",
        CUSTOMER_ID,
        "Cancelled at",
        "Employee",
        "Location",
        "Source",
    ),
)
PICKUPS_FILE = "pickups.csv"
PICKUPS = Columns(("order", "location", "status", "since_at"), ("note",))
_STATUSES = frozenset(PickupStatus)
_CHANNELS = {"web": "online", "online": "online", "pos": "store", "store": "store"}
MAX_UNKNOWN_SKUS = 100_000


@dataclass(slots=True)
class _Orders:
    """What one pass over the orders keeps: pickups still waiting for their order, and SKUs already reported.

    `said`, `guests_said`: what earlier imports said of the next orders, where there is no file of pickups, and of those
    who may be their guests; by reference.
    """

    pickups: dict[str, tuple[Row, Pickup]]
    reported_skus: set[str] = field(default_factory=set)
    said: dict[str, Body] = field(default_factory=dict)
    guests_said: dict[str, Body] = field(default_factory=dict)
    owners_said: Mapping[str, Body] = field(default_factory=dict)
    """The customers, by id, whom earlier imports gave those of the next orders to that name nobody with an account."""


def read_orders(reading: FolderReading) -> Iterator[Item]:
    """Each order, a new guest before it; at the end, the pickups no order asked for."""
    pickups, refused = _read_pickups(reading)
    yield from refused
    state = _Orders(pickups)

    def make(rows: list[Row]) -> Made:
        return _order(reading, rows, state)

    def expect(rows: list[Row]) -> None:
        state.said = reading.last_words(Kind.ORDER, (code_of(row, "Name") for row in rows))
        _expect_owners(reading, rows, state)

    yield from reading.groups(ORDERS_FILE, ORDERS, "Name", make, expect=expect)
    yield from _earlier_orders(reading, state)


def _expect_owners(reading: FolderReading, rows: list[Row], state: _Orders) -> None:
    """Asks for the customers of earlier imports who may have placed these orders, and for the guests."""
    customers = reading.customers
    emails = {email_key(text_of(row, "Email")) for row in rows}
    customers.expect(refs=[code_of(row, CUSTOMER_ID) for row in rows], emails=emails)
    guests = {keyless_ref("", email=email, phone="") for email in emails if email and not customers.by_email(email)}
    phones: set[str] = set()
    owner_ids: set[str] = set()
    for row in rows:
        email = email_key(text_of(row, "Email"))
        if email and customers.by_email(email):
            continue
        owner_ids.add(state.said.get(code_of(row, "Name"), {}).get("customer_id") or "")
        typed = _first_cell(row, _PHONES)
        phone = phone_key(typed) if typed else ""
        if phone:
            phones.add(phone)
            if not email:
                guests.add(keyless_ref(_first_cell(row, _NAMES), email="", phone=phone))
    customers.expect(phones=phones)
    state.owners_said = reading.known.last_words(Kind.CUSTOMER, owner_ids - {""})
    state.guests_said = reading.last_words(Kind.CUSTOMER, (ref for ref in guests if not customers.is_here(ref)))


def _earlier_orders(reading: FolderReading, state: _Orders) -> Iterator[Item]:
    """Orders of earlier imports with the pickups that no order of this folder asked for."""
    for portion in in_portions(state.pickups.items(), lambda waiting: waiting[1][0].characters):
        said = reading.last_words(Kind.ORDER, (number for number, _ in portion))
        for number, (row, pickup) in portion:
            if number in said:
                body = said[number] | {"pickup": pickup.model_dump(mode="json")}
                yield ImportedRecord(Kind.ORDER, number, body, row.file, row.line)
            else:
                yield row.refusal("import.unknown_order", "order")


def _read_pickups(reading: FolderReading) -> tuple[dict[str, tuple[Row, Pickup]], list[Refusal]]:
    """Pickups by order; of two for one order the later `since_at` stands."""
    pickups: dict[str, tuple[Row, Pickup]] = {}
    refused: list[Refusal] = []
    with reading.table(PICKUPS_FILE, PICKUPS) as table:
        for row in table or ():
            if isinstance(row, Refusal):
                refused.append(row)
                continue
            try:
                _keep_later(pickups, row, _pickup(reading, row), refused)
            except CellRefused as problem:
                refused.append(row.refusal(problem.reason, problem.column))
    return pickups, refused


def _pickup(reading: FolderReading, row: Row) -> Pickup:
    note = row.text("note", limit=500)
    return Pickup(
        location_id=reading.places.required(row, "location").id,
        status=PickupStatus(choice(row.required("status"), "status", _STATUSES)),
        since_at=reading.moment(row, "since_at"),
        note=note,
    )


def _keep_later(pickups: dict[str, tuple[Row, Pickup]], row: Row, pickup: Pickup, refused: list[Refusal]) -> None:
    order = row.code("order")
    if not order:
        raise CellRefused("import.missing_value", "order")
    earlier = pickups.get(order)
    if earlier is not None and earlier[1].since_at >= pickup.since_at:
        raise CellRefused("import.duplicate_id", "order")
    if earlier is not None:
        refused.append(earlier[0].refusal("import.duplicate_id", "order"))
    pickups[order] = row, pickup


def _order(reading: FolderReading, rows: list[Row], state: _Orders) -> Made:
    first = rows[0]
    number = first.code("Name")
    warnings: list[Refusal] = []
    currency = currency_code(first.required("Currency"), "Currency")
    placed_at = reading.moment(first, "Created at")
    subtotal, total = (minor_units(first.required(column), currency, column) for column in ("Subtotal", "Total"))
    location_id = _location_id(reading, first, warnings)
    lines = [line for row in rows if (line := _line(reading, row, currency, state, warnings)) is not None]
    pickup = state.pickups.get(number)
    body = OrderBody(
        id=reading.id_of(Kind.ORDER, number),
        source=reading.source,
        external_ref=number,
        number=number,
        channel=_channel(first, location_id),
        location_id=location_id,
        associate_name=first.text("Employee"),
        placed_at=placed_at,
        currency=currency,
        subtotal_minor=subtotal,
        discount_minor=_optional_money(first, "Discount Amount", currency, warnings),
        shipping_minor=_optional_money(first, "Shipping", currency, warnings),
        tax_minor=_optional_money(first, "Taxes", currency, warnings),
        total_minor=total,
        refunded_minor=_optional_money(first, "Refunded Amount", currency, warnings),
        payment_status=first.text("Financial Status"),
        fulfilment_status=first.text("Fulfillment Status"),
        cancelled_at=reading.moment_or_none(first, "Cancelled at"),
        lines=lines,
        pickup=pickup[1] if pickup else None,
        note=first.text("Notes"),
    )
    owner, made = _owner(reading, first, state)
    body.customer_id = owner.id if owner else None
    if not reading.has(PICKUPS_FILE) and number in state.said and state.said[number].get("pickup"):
        body.pickup = Pickup.model_validate(state.said[number]["pickup"])
    state.pickups.pop(number, None)
    return [*made, reading.record(Kind.ORDER, number, body, first, checked=True), *warnings]


def _channel(row: Row, location_id: str | None) -> str:
    """online, store, or the channel's own name as it is written."""
    stated = row.text("Source")
    if not stated:
        return "store" if location_id else "online"
    return _CHANNELS.get(stated.casefold(), stated)


def _location_id(reading: FolderReading, row: Row, warnings: list[Refusal]) -> str | None:
    name = row.text("Location")
    place = reading.places.get(name) if name else None
    if name and place is None:
        warnings.append(row.refusal("import.unknown_location", "Location", kept=True))
    return place.id if place else None


def _optional_money(row: Row, column: str, currency: str, warnings: list[Refusal]) -> int:
    """The amount, 0 for an empty cell; one that cannot be read is reported and is 0: the totals stand as stated."""
    text = row.text(column)
    if not text:
        return 0
    try:
        return minor_units(text, currency, column)
    except CellRefused as problem:
        warnings.append(row.refusal(problem.reason, problem.column, kept=True))
        return 0


def _line(reading: FolderReading, row: Row, currency: str, state: _Orders, warnings: list[Refusal]) -> OrderLine | None:
    """The row's line, None where it has none or where its quantity, price or name is refused (the order stands)."""
    try:
        name, sku = row.text("Lineitem name", limit=500), row.code("Lineitem sku")
        if not name and not sku and not row.text("Lineitem quantity"):
            return None
        found = reading.products.by_sku(sku) if sku else None
        line = OrderLine(
            variant_id=found.variant_id if found else None,
            product_id=found.product_id if found else None,
            sku=sku,
            name=name,
            quantity=quantity(row.required("Lineitem quantity"), "Lineitem quantity"),
            price_minor=minor_units(row.required("Lineitem price"), currency, "Lineitem price"),
            discount_minor=_optional_money(row, "Lineitem discount", currency, warnings),
        )
    except CellRefused as problem:
        warnings.append(row.refusal(problem.reason, problem.column, kept=True))
        return None
    if sku and found is None and sku not in state.reported_skus and len(state.reported_skus) < MAX_UNKNOWN_SKUS:
        state.reported_skus.add(sku)
        warnings.append(row.refusal("import.unknown_sku", "Lineitem sku", kept=True))
    return line


def _first_filled(row: Row, columns: tuple[str, ...]) -> str:
    return next((text for column in columns if (text := row.code(column))), "")


def _first_cell(row: Row, columns: Collection[str]) -> str:
    """The first filled cell, "" where none can be read."""
    return next((text for column in columns if (text := code_of(row, column))), "")


def _owner(reading: FolderReading, row: Row, state: _Orders) -> tuple[Person | None, Made]:
    """Whose order this is, with the guest's record where the order is the first we hear of them."""
    if (ref := row.code(CUSTOMER_ID)) and (named := reading.customers.by_ref(ref)) is not None:
        return named, []
    email = email_key(row.text("Email"))
    if email and (known := reading.customers.by_email(email)) is not None:
        return known, []
    name, typed = _first_filled(row, _NAMES), _first_filled(row, _PHONES)
    phone = phone_key(typed) if typed else ""
    sharing = reading.customers.by_phone(phone) if phone else ()
    if len(sharing) == 1 and names_agree(sharing[0].name_words, name_words(name)):
        one = sharing[0]
        if not email or not one.email:
            return one, []
    if not email and not phone:
        return None, [row.refusal("import.bad_phone", "Phone", kept=True)] if typed else []
    if (owner := _owner_before(reading, row, state)) is not None:
        return owner, []
    ref = keyless_ref(name, email=email, phone=phone)
    if reading.customers.is_here(ref):
        return reading.customers.by_ref(ref), []
    body = CustomerBody(
        id=reading.id_of(Kind.CUSTOMER, ref),
        source=reading.source,
        external_ref=ref,
        name=name,
        phone=phone,
        phone_typed=typed,
        email=row.text("Email") if email else "",
        city=_first_filled(row, _CITIES),
        has_account=False,
    )
    person = reading.customers.add(ref, name, email=email, phone=phone)
    warnings = [row.refusal("import.bad_phone", "Phone", kept=True)] if typed and not phone else []
    return person, [reading.record(Kind.CUSTOMER, ref, _filled_in(body, state.guests_said.get(ref)), row), *warnings]


def _owner_before(reading: FolderReading, row: Row, state: _Orders) -> Person | None:
    """The customer with an account whose order this was in an earlier import: an order keeps the e-mail it was placed
    with, though the account's has changed since."""
    said = state.owners_said.get(state.said.get(row.code("Name"), {}).get("customer_id") or "")
    if said is None or not said.get("has_account", True):
        return None
    return reading.customers.by_ref(said["external_ref"]) or Person(
        said["id"], said["external_ref"], email_key(said["email"]), said["phone"], name_words(said["name"])
    )


def _filled_in(guest: CustomerBody, said: Body | None) -> CustomerBody:
    """The guest with what was said of them before wherever this order says nothing."""
    if said is None:
        return guest
    blank_or_kept = {"has_account"} if guest.phone else {"has_account", "phone_typed"}
    filled = {name: value for name, value in guest.to_body().items() if value and name not in blank_or_kept}
    return CustomerBody.model_validate(said | filled)
