"""customers_export.csv with customers_extra.csv -> customers, and what they told us: points, sizes, consents, a note.

The export is read twice: first for the keys by which customers_extra names its people (a phone names one only if
nobody shares it), then for the records. Only keys stay in memory.

Consents are read by `consents`. The platform's note has no time: it carries the customer's first day where it is known.

One of the two files may come alone: the export then leaves what customers_extra said last, its silence on Shopify's
consents too, and customers_extra is put into the customers of earlier imports.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial

from sync.connectors.cell_values import day, reference, whole_number
from sync.connectors.consents import (
    EXTRA_CONSENT_COLUMNS,
    SHOPIFY_CONSENTS,
    Ledger,
    answered_ledgers,
    platform_consents,
    stated_consents,
)
from sync.connectors.csv_reading import Columns, Row
from sync.connectors.errors import CellRefused
from sync.connectors.known import Person, keyless_ref
from sync.connectors.reading import CUSTOMER_COLUMNS, FolderReading, Item, Made, guarded, in_portions
from sync.protocol.bodies.people import CustomerBody, NoteBody, PreferenceBody
from sync.protocol.bodies.purchases import LoyaltyAccountBody
from sync.protocol.ids import consent_id, preference_id
from sync.protocol.importing import Refusal
from sync.protocol.kinds import Body, Kind
from sync.protocol.search_keys import email_key, phone_key

CUSTOMERS_FILE = "customers_export.csv"
_PHONES = ("Phone", "Default Address Phone")
_CITY = "Default Address City"
CUSTOMERS = Columns(
    ("First Name", "Last Name", "Email"),
    ("Customer ID", *_PHONES, _CITY, *SHOPIFY_CONSENTS.values(), "Note"),
)
EXTRA_FILE = "customers_extra.csv"
_SIZES = ("size_top", "size_bottom", "size_shoe")
EXTRA = Columns(
    (),
    (
        *CUSTOMER_COLUMNS,
        "salutation",
        "loyalty_number",
        "tier",
        "points",
        "points_as_of",
        "birthday",
        *_SIZES,
        "home_store",
        "customer_since",
        "language",
        *EXTRA_CONSENT_COLUMNS,
    ),
)


@dataclass(frozen=True, slots=True)
class _Extra:
    """What the extra file adds to the person's own record. `place`: file and line, none if it was said earlier."""

    place: tuple[str, int] = ("", 0)
    salutation: str = ""
    birthday: str = ""
    home_store_id: str | None = None
    since_at: str | None = None
    language: str = ""
    answered: frozenset[Ledger] = frozenset()
    """What the extra row says yes or no to: there the platform's own columns do not count."""


_NOT_IN_THE_RECORD = frozenset({"place", "answered"})


@dataclass(slots=True)
class CustomerPass:
    """What the first pass found: the rows that repeat a customer, and the extra row of each person.

    `said`: what earlier imports said of the next customers, by reference, where these files do not say all of it.
    `consents_said`: what they said of their consents, by id.
    """

    repeated: frozenset[tuple[str, int]]
    extras: dict[str, _Extra]
    refused: list[Refusal]
    said: dict[str, Body] = field(default_factory=dict)
    consents_said: Mapping[str, Body] = field(default_factory=dict)


def read_customers(reading: FolderReading) -> Iterator[Item]:
    """All customers, then their points, sizes and consents. Notes come last of all, by `read_notes`."""
    found = _first_pass(reading)
    yield from found.refused

    def expect(rows: list[Row]) -> None:
        _expect_said(reading, rows, found)

    def make(row: Row) -> Made:
        return _customer(reading, row, found)

    yield from reading.rows(CUSTOMERS_FILE, CUSTOMERS, make, expect=expect)
    yield from _extra_records(reading, found)


def _expect_said(reading: FolderReading, rows: list[Row], found: CustomerPass) -> None:
    people = [person for row in rows if (person := _person_or_none(reading, row)) is not None]
    if not reading.has(EXTRA_FILE) or any(_without_column(row) for row in rows[:1]):
        found.said = reading.last_words(Kind.CUSTOMER, (person.ref for person in people))
    ledgers = [consent_id(person.id, *ledger) for person in people for ledger in SHOPIFY_CONSENTS]
    found.consents_said = reading.known.last_words(Kind.CONSENT, ledgers)


def read_notes(reading: FolderReading) -> Iterator[Item]:
    """The platform's note about each customer, where there is one."""
    with reading.table(CUSTOMERS_FILE, CUSTOMERS, quiet=True) as table:
        rows = (row for row in table or () if isinstance(row, Row))
        for portion in in_portions(rows, lambda row: row.characters):
            noted = [person for row in portion if (person := _person_or_none(reading, row)) is not None]
            said = reading.last_words(Kind.NOTE, (person.ref for person in noted))
            for row in portion:
                yield from _note(reading, row, said)


def _first_pass(reading: FolderReading) -> CustomerPass:
    repeated: set[tuple[str, int]] = set()
    with reading.table(CUSTOMERS_FILE, CUSTOMERS, quiet=True) as table:
        for row in table or ():
            if isinstance(row, Refusal):
                continue
            try:
                ref, name, email, phone = _keys(row)
            except CellRefused:
                continue
            if reading.customers.is_here(ref):
                repeated.add(row.place)
            else:
                reading.customers.add(ref, name, email=email, phone=phone)
    extras, refused = _read_extras(reading)
    return CustomerPass(frozenset(repeated), extras, refused)


def _keys(row: Row) -> tuple[str, str, str, str]:
    """Reference, name, e-mail key and phone key. Raises CellRefused for a row that names nobody."""
    name = _name(row)
    email, phone = email_key(row.text("Email")), phone_key(_typed_phone(row))
    ref = reference(row.code("Customer ID"), "Customer ID")
    if not ref:
        if not email and not phone:
            raise CellRefused("import.missing_value", "Customer ID")
        ref = keyless_ref(name, email=email, phone=phone)
    return ref, name, email, phone


def _name(row: Row) -> str:
    return f"{row.text('First Name')} {row.text('Last Name')}".strip()


def _typed_phone(row: Row) -> str:
    return next((typed for column in _PHONES if (typed := row.code(column))), "")


def _person(reading: FolderReading, row: Row) -> Person | None:
    """The person the first pass made of this row, without parsing the phone again where a platform id says it."""
    ref = row.code("Customer ID") or _keys(row)[0]
    return reading.customers.by_ref(ref)


def _person_or_none(reading: FolderReading, row: Row) -> Person | None:
    try:
        return _person(reading, row)
    except CellRefused:
        return None


def _customer(reading: FolderReading, row: Row, found: CustomerPass) -> Made:
    if row.place in found.repeated:
        raise CellRefused("import.duplicate_id", "Customer ID" if row.code("Customer ID") else "Email")
    person = _person(reading, row)
    if person is None:
        _keys(row)
        raise CellRefused("import.bad_value", "Customer ID")
    said = found.said.get(person.ref, {})
    extra = found.extras.get(person.ref) or (_Extra() if reading.has(EXTRA_FILE) else _extra_said(said))
    if extra.since_at:
        reading.joined_at[person.ref] = extra.since_at
    typed, email = _typed_phone(row), row.text("Email")
    untold = {name: said[name] for name in _without_column(row) if name in said}
    body = CustomerBody(
        id=person.id,
        source=reading.source,
        external_ref=person.ref,
        name=_name(row),
        salutation=extra.salutation,
        phone=person.phone or untold.get("phone", ""),
        phone_typed=typed or untold.get("phone_typed", ""),
        email=email if person.email else "",
        birthday=extra.birthday,
        language=extra.language,
        city=row.text(_CITY) or untold.get("city", ""),
        home_store_id=extra.home_store_id,
        since_at=extra.since_at,
        has_account=True,
    )
    made: Made = [reading.record(Kind.CUSTOMER, person.ref, body, row)]
    if typed and not person.phone:
        made.append(row.refusal("import.bad_phone", "Phone", kept=True))
    if email and not person.email:
        made.append(row.refusal("import.bad_email", "Email", kept=True))
    elif email and reading.customers.by_email(person.email) is not person:
        made.append(row.refusal("import.shared_email", "Email", kept=True))
    made.extend(platform_consents(reading, row, person, found.consents_said, answered=extra.answered))
    return made


def _without_column(row: Row) -> list[str]:
    """The fields for which this row's file has no column: it has not said that they are no more."""
    phones = [] if any(row.has(column) for column in _PHONES) else ["phone", "phone_typed"]
    return phones if row.has(_CITY) else [*phones, "city"]


def _extra_said(said: Body) -> _Extra:
    """What an extra file of an earlier import said of a customer."""
    return _Extra(**{name: said[name] for name in asdict(_Extra()).keys() & said.keys() - _NOT_IN_THE_RECORD})


def _note(reading: FolderReading, row: Row, said: Mapping[str, Body]) -> Made:
    """No refusals: the pass that made the customers has reported this row already, except for its note."""
    try:
        text = row.text("Note", limit=10**9)
        person = _person(reading, row) if text else None
        if person is None:
            return []
        earlier = said.get(person.ref, {})
        unchanged_at = earlier.get("written_at") if earlier.get("text") == text else None
        body = NoteBody(
            id=reading.id_of(Kind.NOTE, person.ref),
            customer_id=person.id,
            text=row.text("Note"),
            written_at=reading.joined_at.get(person.ref) or unchanged_at or reading.written_at(row.file),
            source=reading.source,
        )
    except CellRefused as refused:
        return [row.refusal(refused.reason, refused.column, kept=True)] if refused.column == "Note" else []
    return [reading.record(Kind.NOTE, person.ref, body, row)]


def _read_extras(reading: FolderReading) -> tuple[dict[str, _Extra], list[Refusal]]:
    extras: dict[str, _Extra] = {}
    refused: list[Refusal] = []
    with reading.table(EXTRA_FILE, EXTRA, quiet=True) as table:
        for portion in in_portions(table or (), lambda read: read.characters if isinstance(read, Row) else 0):
            reading.expect_customers(read for read in portion if isinstance(read, Row))
            for read in portion:
                if isinstance(read, Refusal):
                    refused.append(read)
                    continue
                try:
                    _keep_extra(reading, read, extras, refused)
                except CellRefused as problem:
                    refused.append(read.refusal(problem.reason, problem.column))
    return extras, refused


def _keep_extra(reading: FolderReading, row: Row, extras: dict[str, _Extra], refused: list[Refusal]) -> None:
    person = reading.customers.named(row, guests=False)
    if person.ref in extras:
        raise CellRefused("import.duplicate_id", "customer_id")
    extra = extras[person.ref] = _extra(reading, row, refused)
    if extra.since_at:
        reading.joined_at[person.ref] = extra.since_at


def _extra(reading: FolderReading, row: Row, refused: list[Refusal]) -> _Extra:
    birthday, since_at, home_store_id = "", None, None
    try:
        birthday = day(row.text("birthday"), "birthday") if row.text("birthday") else ""
    except CellRefused as problem:
        refused.append(row.refusal(problem.reason, problem.column, kept=True))
    try:
        since_at = reading.moment_or_none(row, "customer_since")
    except CellRefused as problem:
        refused.append(row.refusal(problem.reason, problem.column, kept=True))
    try:
        home_store_id = reading.places.required(row, "home_store").id if row.text("home_store") else None
    except CellRefused as problem:
        refused.append(row.refusal(problem.reason, problem.column, kept=True))
    return _Extra(
        row.place,
        row.text("salutation"),
        birthday,
        home_store_id,
        since_at,
        row.text("language"),
        answered=answered_ledgers(row),
    )


def _extra_records(reading: FolderReading, found: CustomerPass) -> Iterator[Item]:
    places = {extra.place: ref for ref, extra in found.extras.items()}

    def make(row: Row, said: Mapping[str, Body]) -> Made:
        person = reading.customers.by_ref(places[row.place])
        if person is None:
            raise CellRefused("import.unknown_customer", "customer_id")
        extra = found.extras[person.ref]
        return [
            *_earlier_customer(reading, row, person, extra, said.get(person.ref)),
            *_loyalty(reading, row, person),
            *_sizes(reading, row, person),
            *stated_consents(reading, row, person, since_at=extra.since_at, language=extra.language),
        ]

    with reading.table(EXTRA_FILE, EXTRA) as table:
        # Rows that are not in `places` were refused in the first pass, and reported there.
        rows = (row for row in table or () if isinstance(row, Row) and row.place in places)
        for portion in in_portions(rows, lambda row: row.characters):
            absent = [ref for row in portion if not reading.customers.is_here(ref := places[row.place])]
            said = reading.last_words(Kind.CUSTOMER, absent)
            for row in portion:
                yield from guarded(row, partial(make, row, said))


def _earlier_customer(reading: FolderReading, row: Row, person: Person, extra: _Extra, said: Body | None) -> Made:
    """The customer of an earlier import with what the extra row says now; nothing for those of this folder."""
    if reading.customers.is_here(person.ref):
        return []
    adds = {name: value for name, value in asdict(extra).items() if name not in _NOT_IN_THE_RECORD}
    if said is None:
        return [row.refusal("import.unknown_customer", "customer_id", kept=True)] if any(adds.values()) else []
    body = CustomerBody.model_validate(said | adds)
    return [reading.record(Kind.CUSTOMER, person.ref, body, row)]


def _loyalty(reading: FolderReading, row: Row, person: Person) -> Made:
    number, tier, points = row.code("loyalty_number"), row.text("tier"), row.text("points")
    if not (number or tier or points):
        return []
    try:
        body = LoyaltyAccountBody(
            id=reading.id_of(Kind.LOYALTY_ACCOUNT, person.ref),
            source=reading.source,
            external_ref=person.ref,
            customer_id=person.id,
            number=reference(number, "loyalty_number"),
            tier=tier,
            points=whole_number(points or "0", "points", low=-(10**9), high=10**12),
            as_of=reading.moment_or_none(row, "points_as_of") or reading.written_at(row.file),
        )
    except CellRefused as problem:
        return [row.refusal(problem.reason, problem.column, kept=True)]
    return [reading.record(Kind.LOYALTY_ACCOUNT, person.ref, body, row)]


def _sizes(reading: FolderReading, row: Row, person: Person) -> Made:
    made: Made = []
    for key in _SIZES:
        value = row.text(key)
        if value:
            body = PreferenceBody(id=preference_id(person.id, key), customer_id=person.id, key=key, value=value)
            made.append(reading.record(Kind.PREFERENCE, f"{person.ref}/{key}", body, row))
    return made
