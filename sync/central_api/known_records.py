"""Answers an import's questions about what earlier imports brought, from the central database.

Every answer is a read of its own, of at most 500 records at a time, so that no snapshot stays open while a folder
streams by. What the same import has written meanwhile may be among the answers; the reader passes over those that its
own folder names.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import PORTION, among, portions
from sync.central_api.database import CentralDatabase
from sync.central_api.record_store import exact_keys
from sync.central_api.tables import CUSTOMER_KEY, IMPORTED, RECORD
from sync.protocol.ids import imported_id
from sync.protocol.importing import KnownCustomer
from sync.protocol.kinds import DOWN_ONLY_KINDS, Body, Kind, RecordKey
from sync.protocol.stock_level import HELD
from sync.protocol.wire import RowState

_NOBODY_WROTE = '"written_by":{}'
"""Stands in the text of a customer whom nobody has changed here: the keys that stand are the source's own."""


@dataclass(frozen=True, slots=True)
class _KeysSaid:
    """Customer ids by the keys the source said last, of those for whom other keys may stand here."""

    emails: Mapping[str, set[str]]
    phones: Mapping[str, set[str]]


class KnownInDatabase:
    """`KnownRecords` over one central database, for one import of one source."""

    def __init__(self, database: CentralDatabase, source: str) -> None:
        self._database = database
        self._source = source
        self._keys_said: _KeysSaid | None = None

    def places(self) -> Iterator[Body]:
        yield from self._live(Kind.LOCATION, own=True)
        yield from self._live(Kind.LOCATION, own=False)

    def products(self) -> Iterator[Body]:
        yield from self._live(Kind.PRODUCT, own=True)
        yield from self._live(Kind.PRODUCT, own=False)

    def price_currency(self) -> str | None:
        return next((body["currency"] for body in self._live(Kind.PRICE, own=True)), None)

    def customers(
        self, *, external_refs: Collection[str] = (), emails: Collection[str] = (), phones: Collection[str] = ()
    ) -> list[KnownCustomer]:
        ids = {imported_id(self._source, Kind.CUSTOMER, ref) for ref in external_refs}
        if emails or phones:
            said = self._said_otherwise()
            ids.update(*(said.emails.get(email, ()) for email in emails))
            ids.update(*(said.phones.get(phone, ()) for phone in phones))
        with self._database.reading() as connection:
            ids |= _holders(connection, "email", emails) | _holders(connection, "phone", phones)
            standing = _standing(connection, Kind.CUSTOMER, ids)
            said_last = self._said_last(connection, Kind.CUSTOMER, standing)
        in_order = sorted(
            standing.values(),
            key=lambda body: (not body.get("has_account", True), body.get("source") != self._source, body["id"]),
        )
        return [self._known(body, said_last.get(body["id"], body)) for body in in_order]

    def last_words(self, kind: Kind, ids: Collection[str]) -> dict[str, Body]:
        with self._database.reading() as connection:
            standing = _standing(connection, kind, ids)
            if kind not in DOWN_ONLY_KINDS:
                return self._said_last(connection, kind, standing)
        own = {record_id: body for record_id, body in standing.items() if body.get("source") == self._source}
        return {record_id: _without_held(body) for record_id, body in own.items()} if kind == Kind.STOCK else own

    def _known(self, body: Body, said: Body) -> KnownCustomer:
        ref, source = body.get("external_ref", ""), body.get("source", "")
        email, phone = _keys_of(body)
        said_email, said_phone = _keys_of(said)
        return KnownCustomer(
            id=body["id"],
            external_ref=ref if source == self._source else f"{source}/{ref}",
            name=said.get("name", ""),
            emails=_distinct(said_email, email),
            phones=_distinct(said_phone, phone),
            has_account=body.get("has_account", True),
        )

    def _said_otherwise(self) -> _KeysSaid:
        """The keys said last of customers whom people changed here; looked for once, in one pass over customers."""
        if self._keys_said is None:
            emails: dict[str, set[str]] = {}
            phones: dict[str, set[str]] = {}
            changed = ~RECORD.c.body.contains(_NOBODY_WROTE, autoescape=True)
            for ids in portions(body["id"] for body in self._live(Kind.CUSTOMER, changed, own=True)):
                with self._database.reading() as connection:
                    said_last = self._said_last(connection, Kind.CUSTOMER, ids)
                for record_id, body in said_last.items():
                    email, phone = _keys_of(body)
                    emails.setdefault(email, set()).add(record_id)
                    phones.setdefault(phone, set()).add(record_id)
            self._keys_said = _KeysSaid(emails, phones)
        return self._keys_said

    def _said_last(self, connection: Connection, kind: Kind, ids: Iterable[str]) -> dict[str, Body]:
        """What the source said last of records that people change too, by id."""
        found: dict[str, Body] = {}
        for portion in portions(ids):
            query = sa.select(IMPORTED.c.id, IMPORTED.c.body).where(
                IMPORTED.c.source == self._source,
                IMPORTED.c.kind == kind,
                IMPORTED.c.body.is_not(None),
                among(connection, IMPORTED.c.id, portion),
            )
            found.update((record_id, orjson.loads(body)) for record_id, body in connection.execute(query))
        return found

    def _live(self, kind: Kind, *conditions: sa.ColumnElement[bool], own: bool) -> Iterator[Body]:
        """Every live record of a kind that this source has named, or that it has not, by id."""
        named = sa.exists().where(
            IMPORTED.c.source == self._source, IMPORTED.c.kind == RECORD.c.kind, IMPORTED.c.id == RECORD.c.id
        )
        query = sa.select(RECORD.c.id, RECORD.c.body).where(
            RECORD.c.kind == kind, RECORD.c.state == RowState.LIVE.value, named if own else ~named, *conditions
        )
        query = query.order_by(RECORD.c.id).limit(PORTION)
        after: str | None = None
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query if after is None else query.where(RECORD.c.id > after)).all()
            yield from (orjson.loads(body) for _, body in rows)
            if len(rows) < PORTION:
                return
            after = rows[-1][0]


def _standing(connection: Connection, kind: Kind, ids: Iterable[str]) -> dict[str, Body]:
    """The live records of these ids, by id."""
    found: dict[str, Body] = {}
    for portion in portions(ids):
        query = sa.select(RECORD.c.id, RECORD.c.body).where(
            RECORD.c.kind == kind, RECORD.c.state == RowState.LIVE.value, among(connection, RECORD.c.id, portion)
        )
        found.update((record_id, orjson.loads(body)) for record_id, body in connection.execute(query))
    return found


def _holders(connection: Connection, key_kind: str, keys: Iterable[str]) -> set[str]:
    """The ids of the customers with one of these exact keys."""
    found: set[str] = set()
    for portion in portions(keys):
        query = sa.select(CUSTOMER_KEY.c.customer_id).where(
            CUSTOMER_KEY.c.key_kind == key_kind, among(connection, CUSTOMER_KEY.c.key, portion)
        )
        found.update(connection.execute(query).scalars())
    return found


def _keys_of(body: Body) -> tuple[str, str]:
    """The e-mail and phone keys of a customer's body, "" where it has none."""
    keys = exact_keys(RecordKey(Kind.CUSTOMER, body["id"]), body)
    return keys["email"][1], keys["phone"][1]


def _distinct(*keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key))


def _without_held(stock: Body) -> Body:
    """The stock as its source said it: what is held for customers was written here."""
    levels = {
        place: {name: value for name, value in level.items() if name != HELD}
        for place, level in stock["levels"].items()
    }
    return {**stock, "levels": levels}
