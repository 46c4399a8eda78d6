"""What the central database must hold, worked out beside it: every entry in the order the server decided it, replayed
one by one by the pure functions. The server works in batches, again after errors and again for what is sent twice; if
an entry counted twice, not at all, or in another place, its records would differ from these.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import orjson
import sqlalchemy as sa

from sync.central_api.cursor import Position, read_cursor
from sync.central_api.database import CentralDatabase
from sync.central_api.scopes import scopes_of
from sync.central_api.tables import CUSTOMER_LOOK_UP, CUSTOMER_SCOPE, RECORD, SCOPE, SCOPE_ROW, SETTING, SYNC_RESULT
from sync.protocol.bodies import customers_of
from sync.protocol.bodies.purchases import pseudonymous_order
from sync.protocol.digest import Digest, digest_of
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind, RecordKey, lookup_scope, store_scope
from sync.protocol.mutations import Entry, Outcome, apply, touches
from sync.protocol.mutations.orders import order_number_key
from sync.protocol.serving_signs import LOOKED_UP_FOR
from sync.protocol.times import from_wire
from sync.protocol.wire import RowState, VerdictStatus
from tests.simulation import held_pieces
from tests.store.invariants import Broken, require, require_same

_PLACES: Mapping[str, sa.ColumnElement[int]] = {
    "sqlite": sa.literal_column("rowid", sa.BigInteger),
    "postgresql": sa.literal_column("(sync_result.xmin::text::bigint << 20 | sync_result.n)", sa.BigInteger),
}
"""By kind of database, what grows with every verdict: the number of its row, or its transaction and entry."""
_SERVER_ONLY = frozenset({"mutation.actor_unknown", "mutation.wrong_store", "mutation.gone"})
"""Refusals by what only the server knows."""
_MISSING = frozenset({"mutation.missing", "mutation.depends_on"})


@dataclass(frozen=True, slots=True)
class Verdict:
    status: str
    code: str | None


@dataclass(slots=True)
class Known:
    """Everything a backup of the server holds."""

    records: dict[RecordKey, Body] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    removed: set[RecordKey] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    """Decided so long ago that the server has let the verdict go: sent again by a device restored from then, they are
    new to it."""
    erased: set[str] = field(default_factory=set)
    """Customers who were erased."""
    last_row: int = 0

    def copied(self) -> "Known":
        made = copy(self)
        made.records, made.verdicts, made.removed = dict(self.records), dict(self.verdicts), set(self.removed)
        made.forgotten, made.erased = set(self.forgotten), set(self.erased)
        return made


class Authority:
    """The expected state of `database`. `written`: every entry people wrote, by uuid."""

    def __init__(self, database: CentralDatabase, written: Mapping[str, Entry]) -> None:
        self.database = database
        self.written = written
        self.known = Known()
        self._place = _PLACES["sqlite" if database.is_sqlite else "postgresql"]
        self.adopt()

    # Following the server.

    def adopt(self) -> None:
        """Take over what stands now: the commerce platform has spoken."""
        self.known.records = self.records()

    def erase(self, customer_id: str, now: datetime) -> set[str]:
        """The ids of the customer and of every record about them: an operator has erased them. Orders stay nobody's."""
        about = {key for key, body in self.known.records.items() if customer_id in customers_of(key, body)}
        freed = held_pieces.stock_of(self.known.records[key] for key in about if key.kind == Kind.HOLD)
        for key in about:
            body = self.known.records.pop(key)
            if key.kind == Kind.ORDER:
                self.known.records[key] = pseudonymous_order(body)
        held_pieces.show_held(self.known.records, freed, now)
        self.known.erased.add(customer_id)
        return {customer_id, *(key.id for key in about)}

    def observe(self) -> None:
        """Replay what the server has decided since; every verdict must be the pure functions'."""
        decided = sa.select(self._place.label("place"), SYNC_RESULT)
        decided = decided.where(self._place > self.known.last_row, SYNC_RESULT.c.repeats == 0)
        with self.database.reading() as connection:
            rows = connection.execute(decided.order_by(self._place)).all()
        for row in rows:
            self.known.last_row = row.place
            again = row.uuid in self.known.verdicts and row.uuid not in self.known.forgotten
            require(not again, "I2 an entry is decided once", row.uuid)
            self.known.forgotten.discard(row.uuid)
            require(row.uuid in self.written, "I2 the server decides only what people wrote", row.uuid)
            self.known.verdicts[row.uuid] = Verdict(row.status, row.code)
            if row.status != VerdictStatus.VOID:
                entry = replace(self.written[row.uuid], device_id=row.device_id, n=row.n)
                self._replay(entry, Verdict(row.status, row.code), row.decided_at)

    def forget(self) -> None:
        """The server has let old verdicts go; the numbers of their rows may be given again."""
        query = sa.select(self._place, SYNC_RESULT.c.uuid)
        with self.database.reading() as connection:
            kept = {uuid: row for row, uuid in connection.execute(query)}
        self.known.forgotten |= self.known.verdicts.keys() - kept.keys()
        self.known.last_row = max(kept.values(), default=0)

    def _replay(self, entry: Entry, said: Verdict, decided_at: datetime) -> None:
        entry = self._with_order(entry)
        records = self.known.records
        if entry.name.startswith("hold."):
            held_pieces.end_over(records, entry, decided_at)
        outcome = apply({key: records[key] for key in touches(entry) if key in records}, entry)
        if entry.name.startswith("hold."):
            outcome = held_pieces.answered(records, outcome, decided_at)
        self._take_over(entry, outcome, said)
        if entry.name.startswith("hold."):
            held_pieces.show(records, entry, decided_at)
            if said.status != VerdictStatus.REJECTED:
                held_pieces.require_no_more_than_there(records, outcome, decided_at)

    def _take_over(self, entry: Entry, outcome: Outcome, said: Verdict) -> None:
        status, code, records = said.status, said.code, self.known.records
        if status == VerdictStatus.REJECTED:
            by_rule = outcome.status == VerdictStatus.REJECTED or (code in _MISSING and not outcome.changes)
            require(by_rule or code in _SERVER_ONLY, "I2 a refusal has its reason", f"{entry.name} {code}")
            return
        by_rule = outcome.status == status and (outcome.code == code or not entry.name.startswith("hold."))
        require(by_rule, "I2 a verdict is that of the rules", f"{entry.name}: {status} {code}")
        for key, body in outcome.changes.items():
            if body is None:
                records.pop(key, None)
                self.known.removed.add(key)
            else:
                records[key] = body

    def expire(self, now: datetime) -> None:
        """The hourly work was done: holds are over, and lists that visitors saved are gone."""
        held_pieces.expire(self.known.records, now)
        lists = [(key, body) for key, body in self.known.records.items() if key.kind == Kind.HANDOVER]
        for key, body in lists:
            if now - from_wire(body["expires_at"]) >= timedelta(days=1):
                del self.known.records[key]
                self.known.removed.add(key)
        self._expire_tallies(now)

    def _expire_tallies(self, now: datetime) -> None:
        """Days are made of tallies by a rule with tests of its own: here they only must not disturb anything else."""
        days = {key: body for key, body in self.records().items() if key.kind == Kind.SHELF_DAY}
        for key in [key for key in self.known.records if key.kind == Kind.SHELF_DAY]:
            del self.known.records[key]
        self.known.records.update(days)
        for key, body in list(self.known.records.items()):
            if key.kind == Kind.SCAN_TALLY and from_wire(body["hour"]) < now - timedelta(days=5):
                del self.known.records[key]
                self.known.removed.add(key)

    def require_held(self, imported: Iterable[ImportedRecord], now: datetime) -> None:
        """An import has neither forgotten what is held nor taken it twice."""
        keys = {RecordKey(one.kind, one.body["id"]) for one in imported if one.kind == Kind.STOCK}
        expected = dict(self.known.records)
        held_pieces.show_held(expected, keys, now)
        require_same(self.known.records, expected, "an import leaves what is held")

    def _with_order(self, entry: Entry) -> Entry:
        if entry.name != "order.claim" or entry.args.get("order_id"):
            return entry
        wanted = order_number_key(entry.args["number"])
        for key, body in self.known.records.items():
            if key.kind == Kind.ORDER and order_number_key(body["number"]) == wanted:
                return replace(entry, args={**entry.args, "order_id": key.id})
        return entry

    # What the database says.

    def records(self) -> dict[RecordKey, Body]:
        """Live records, but for the marks that the server makes on its own."""
        query = sa.select(RECORD.c.kind, RECORD.c.id, RECORD.c.body)
        query = query.where(RECORD.c.state == RowState.LIVE.value, RECORD.c.kind != Kind.POSSIBLE_DUPLICATE)
        with self.database.reading() as connection:
            return {RecordKey(kind, one): orjson.loads(body) for kind, one, body in connection.execute(query)}

    def projection(self, scopes: set[str]) -> dict[RecordKey, tuple[int, Body]]:
        """(version, body) of everything a device with these scopes must hold."""
        same = sa.and_(RECORD.c.kind == SCOPE_ROW.c.kind, RECORD.c.id == SCOPE_ROW.c.id)
        query = sa.select(RECORD.c.kind, RECORD.c.id, RECORD.c.version, RECORD.c.body).join(SCOPE_ROW, same)
        query = query.where(SCOPE_ROW.c.scope.in_(scopes), SCOPE_ROW.c.state == RowState.LIVE.value)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return {RecordKey(kind, one): (version, orjson.loads(body)) for kind, one, version, body in rows}

    def digests(self) -> dict[str, Digest]:
        """The kept digest of each scope."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(SCOPE.c.scope, SCOPE.c.digest_total, SCOPE.c.live_count)).all()
        return {scope: Digest(int(total), count) for scope, total, count in rows}

    def feed(self) -> dict[str, dict[RecordKey, tuple[int, int | None]]]:
        """Scope -> record -> (number, version where it is live there)."""
        columns = SCOPE_ROW.c.scope, SCOPE_ROW.c.kind, SCOPE_ROW.c.id, SCOPE_ROW.c.seq, SCOPE_ROW.c.version
        feed: dict[str, dict[RecordKey, tuple[int, int | None]]] = {}
        with self.database.reading() as connection:
            for scope, kind, one, seq, version, state in connection.execute(sa.select(*columns, SCOPE_ROW.c.state)):
                live = version if state == RowState.LIVE else None
                feed.setdefault(scope, {})[RecordKey(kind, one)] = seq, live
        return feed

    def epoch(self) -> str:
        return self._setting("epoch")

    def positions(self, cursor: str) -> dict[str, Position]:
        """What a device's cursor says; {} where another server made it."""
        return read_cursor(cursor, bytes.fromhex(self._setting("cursor_key"))) or {}

    def _setting(self, name: str) -> str:
        with self.database.reading() as connection:
            value: str = connection.execute(sa.select(SETTING.c.value).where(SETTING.c.name == name)).scalar_one()
            return value

    # What must hold of it.

    def require_records_replayed(self) -> None:
        """I2: the records are those of every decided entry, applied once."""
        self.observe()
        records = self.records()
        require_same(records, self.known.records, "I2 the server's records are every entry applied once")
        back = self.known.removed & records.keys()
        require(not back, "I4 what was removed does not come back", back)
        again = [key for key, body in records.items() if not self.known.erased.isdisjoint(customers_of(key, body))]
        require(not again, "I4 nobody erased comes back", again)

    def require_scopes(self) -> None:
        """I7: every record is in the scopes it belongs in, and each scope's digest is that of its rows."""
        with self.database.reading() as connection:
            bodies = connection.execute(
                sa.select(RECORD.c.kind, RECORD.c.id, RECORD.c.body).where(RECORD.c.state == RowState.LIVE.value)
            ).all()
            scopes: dict[str, set[str]] = {}
            for customer_id, store_id in connection.execute(
                sa.select(CUSTOMER_SCOPE.c.customer_id, CUSTOMER_SCOPE.c.store_id)
            ):
                scopes.setdefault(customer_id, set()).add(store_scope(store_id))
            for customer_id, device_id in connection.execute(
                sa.select(CUSTOMER_LOOK_UP.c.customer_id, CUSTOMER_LOOK_UP.c.device_id)
            ):
                scopes.setdefault(customer_id, set()).add(lookup_scope(device_id))
        wanted: dict[str, set[RecordKey]] = {}
        for kind, record_id, body in bodies:
            key = RecordKey(kind, record_id)
            for scope in scopes_of(key, orjson.loads(body), scopes):
                wanted.setdefault(scope, set()).add(key)
        feed = self.feed()
        live = {
            scope: {key for key, (_, version) in rows.items() if version is not None} for scope, rows in feed.items()
        }
        require_same({scope: keys for scope, keys in live.items() if keys}, wanted, "I7 records are in their scopes")
        kept = self.digests()
        for scope, rows in feed.items():
            fresh = digest_of((*key, version) for key, (_, version) in rows.items() if version is not None)
            require(kept[scope] == fresh, "I5 a scope's digest is that of its rows", scope)

    def require_look_ups_of_a_day(self, now: datetime) -> None:
        """I7: after the day's work nobody is in a device's scope whom it looked up longer than a day ago."""
        with self.database.reading() as connection:
            ends_at = connection.execute(sa.select(CUSTOMER_LOOK_UP.c.ends_at)).scalars().all()
        for end in ends_at:
            require(now < end <= now + 2 * LOOKED_UP_FOR, "I7 a look-up ends after a day", f"{end} at {now}")

    def require_consents(self) -> None:
        """No yes stands over a withdrawal that its writer had not seen."""
        for key, body in self.known.records.items():
            if key.kind != Kind.CONSENT:
                continue
            order = {event["event_id"]: index for index, event in enumerate(body["events"])}
            for index, event in enumerate(body["events"]):
                before = [at for at in range(index) if not body["events"][at]["granted"]]
                if event["granted"] and before and order.get(event["seen_event_id"], -1) < before[-1]:
                    raise Broken("a yes saw the withdrawal before it", key.id)
