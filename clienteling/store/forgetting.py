"""What leaves the device by age, by itself and also offline (design: Scopes; The feed).

An online look-up ends when the server said it would; then it is as if the server had said that the customer left it.
A customer whom this store has not served for 24 months is the server's to take out, by the day. Where nothing was heard
from it for longer than that, the device does so by the same rule: bodies go, id and version stay in `row_scope`, marked
as not here. What the server says next is taken as always; where it still counts them as this store's, the digests
differ and repair brings those rows and no others.

What somebody wrote and nobody has settled keeps its customer, and so does an open screen. Entries that are settled lose
their text with the customer. What time it is, is reckoned by `domain.device_time`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import Connection

from clienteling.domain.device_time import Reckoned, time_of
from clienteling.store.ask import ask, ask_column, json_list
from clienteling.store.asking_side import UnpackRecords
from clienteling.store.catch_up import read_bases, read_standing, without_scope
from clienteling.store.database import Database
from clienteling.store.generation import Shared, Step
from clienteling.store.look_up_ends import look_ups_over, looked_up
from clienteling.store.name_index import this_store_id
from clienteling.store.outbox import open_args, read_identity
from clienteling.store.record_rows import keys_json, load_records, write_records
from clienteling.store.tables import META
from clienteling.store.unpack import CHILD_KINDS, VISIT
from sync.protocol.bodies import customers_of
from sync.protocol.digest import Digest
from sync.protocol.kinds import DOWN_ONLY_KINDS, Kind, RecordKey, is_lookup_scope, store_scope
from sync.protocol.serving_signs import MEMBER_FOR, SIGN_KINDS, served_by
from sync.protocol.times import from_wire, to_microseconds

OUT_OF_TOUCH_AFTER: Final = timedelta(days=1)
"""How often the server ends memberships: whoever heard from it since needs no rule of its own."""
RECKONED_EVERY: Final = timedelta(hours=1)
_AT_ONCE: Final = 200
_NOBODYS_KINDS: Final = DOWN_ONLY_KINDS - {Kind.ORDER, Kind.OPEN_CART, Kind.LOYALTY_ACCOUNT, Kind.VOUCHER}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many customers left. `log_cleared`: nothing of them is in the store's write-ahead log."""

    customers: int = 0
    log_cleared: bool = True


@dataclass(frozen=True, slots=True)
class _Due:
    """Who is to go, and the records about each. `over`: from the look-ups; `unseen`: from the store; `going`: those of
    both of whom nothing stays."""

    over: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    going: frozenset[str] = frozenset()
    records: Mapping[RecordKey, str] = field(default_factory=dict)

    def records_of(self, customers: Collection[str]) -> set[RecordKey]:
        return {key for key, customer_id in self.records.items() if customer_id in customers}

    def without(self, customers: frozenset[str]) -> "_Due":
        kept = {key: one for key, one in self.records.items() if one not in customers}
        return _Due(self.over - customers, self.unseen - customers, self.going - customers, kept)


def forget_due(database: Database, shared: Shared, pinned: Collection[str]) -> Forgotten:
    """Who left. `pinned`: customers on open screens. Look-ups are looked through each time, the store every hour.

    Raises StoreBusy, DiskFull: then it is worth another try.
    """
    clock_at = shared.now()
    with database.reading() as store, shared.outbox.reading() as outbox:
        before = _reckoned(store)
        hourly = before is None or not timedelta() <= clock_at - before.clock_at < RECKONED_EVERY
        due = _due(store, outbox, pinned, clock_at, stores=hourly)
    if not (due.over or due.unseen):
        if hourly:
            with database.writing() as store:
                _keep_time(store, clock_at)
        return Forgotten()
    with shared.outbox.reading() as outbox:
        settled_n = read_identity(outbox).settled_n
    shared.outbox.let_go({key.id for key in due.records_of(due.going)}, up_to_n=settled_n)
    shared.after_step(Step.ENTRIES_LET_GO)
    with database.writing() as store, shared.outbox.reading() as outbox:
        due = _due(store, outbox, pinned, clock_at, stores=hourly)  # somebody may have written meanwhile
        if hourly:
            _keep_time(store, clock_at)
        _leave_look_ups(store, due, shared.asking.unpack_records)
        _leave_store(store, due, shared.asking.unpack_records)
    shared.after_step(Step.FORGOTTEN)
    shared.published()
    return Forgotten(len(due.going), database.clear_log())


def _reckoned(store: Connection) -> Reckoned | None:
    meta = store.execute(META.select()).one()
    return Reckoned(meta.clock_at, meta.time_at) if meta.clock_at is not None else None


def _keep_time(store: Connection, clock_at: datetime) -> None:
    time_at = time_of(clock_at, _reckoned(store))
    store.execute(META.update().values(clock_at=clock_at, time_at=time_at))


def _due(store: Connection, outbox: Connection, pinned: Collection[str], clock_at: datetime, *, stores: bool) -> _Due:
    """`stores`: also whom the store has not served for long, which takes a look at every customer."""
    now = time_of(clock_at, _reckoned(store))
    over = look_ups_over(store, now) - frozenset(pinned)
    unseen = _unseen(store, now) - (looked_up(store) - over) - frozenset(pinned) if stores else frozenset()
    if not over and not unseen:
        return _Due()
    records = _records_about(store, over | unseen)
    # Their end is kept until the server has said so too: rows that it sends meanwhile go as well.
    of_look_ups: set[str] = set()
    of_stores: set[str] = set()
    for kind, one, scope, *_ in _memberships(store, records):
        (of_look_ups if is_lookup_scope(scope) else of_stores).add(records[RecordKey(kind, one)])
    over &= of_look_ups
    due = _Due(over, unseen, unseen | (over - of_stores), records)
    due = due.without(frozenset(records.values()) - over - unseen)
    return due.without(_written_about(store, outbox, due.records))


def _written_about(store: Connection, outbox: Connection, records: Mapping[RecordKey, str]) -> frozenset[str]:
    """Those of the customers about whom something is written that waits for the server or for a person."""
    standing = read_standing(store)
    acked_n = standing.acked_n if standing.device_id == read_identity(outbox).device_id else 0
    written = open_args(outbox, after_n=acked_n)
    return frozenset(one for key, one in records.items() if any(key.id in args for args in written))


# Whom the store has not served for long.

_LONG_AGO = """
SELECT entry.id FROM customer_entry AS entry
JOIN row_scope AS here ON here.kind = 'customer' AND here.id = entry.id AND here.scope = ? AND NOT here.stale
WHERE NOT EXISTS (
  SELECT 1 FROM row_scope AS other WHERE other.kind = 'customer' AND other.id = entry.id
  AND other.scope <> here.scope AND other.scope NOT LIKE 'lookup:%'
) AND NOT EXISTS (
  SELECT 1 FROM customer_child AS child
  WHERE child.customer_id = entry.id AND child.location_id = ? AND child.happened_at > ?
) AND (entry.home_store_id IS NOT ? OR EXISTS (
  SELECT 1 FROM customer_child AS child WHERE child.customer_id = entry.id AND child.location_id = ?
) AND NOT EXISTS (
  SELECT 1 FROM customer_child AS child WHERE child.customer_id = entry.id AND child.happened_at > ?
))
"""
"""Of whose home store this is, those alone whom it once served, and of whom nothing is newer: what else the server goes
by, such as the day it became that, it has not told."""


def _unseen(store: Connection, now: datetime) -> frozenset[str]:
    """Customers of this store alone whose last sign of service here is of 24 months ago; nobody while in touch."""
    heard_at = store.execute(META.select()).one().heard_at
    store_id = this_store_id(store)
    if heard_at is None or store_id is None or now - heard_at < OUT_OF_TOUCH_AFTER:
        return frozenset()
    until = now - MEMBER_FOR
    until_us = to_microseconds(until)
    asked = ask_column(store, _LONG_AGO, (store_scope(store_id), store_id, until_us, store_id, store_id, until_us))
    undated = _of_home_since(store, asked, store_id, until)
    return frozenset(one for one, at in _last_served(store, asked, store_id).items() if at <= until) - undated


def _of_home_since(store: Connection, customer_ids: list[str], store_id: str, until: datetime) -> frozenset[str]:
    """Those whose home store this is since later, or since nobody knows when: the server counts from that day too."""
    found: set[str] = set()
    for first in range(0, len(customer_ids), _AT_ONCE):
        keys = [RecordKey(Kind.CUSTOMER, one) for one in customer_ids[first : first + _AT_ONCE]]
        for key, stored in load_records(store, keys).items():
            body = orjson.loads(stored.text)
            since = body.get("since_at")
            if body.get("home_store_id") == store_id and (not since or from_wire(since) > until):
                found.add(key.id)
    return frozenset(found)


_SIGNS = """
SELECT kind, id FROM customer_child
WHERE customer_id IN (SELECT value FROM json_each(?)) AND kind IN (SELECT value FROM json_each(?))
"""


def _last_served(store: Connection, customer_ids: list[str], store_id: str) -> dict[str, datetime]:
    """When the store last served each; without those of whom no record here says that it ever did."""
    last_at: dict[str, datetime] = {}
    for first in range(0, len(customer_ids), _AT_ONCE):
        portion = json_list(customer_ids[first : first + _AT_ONCE])
        keys = [RecordKey(*row) for row in ask(store, _SIGNS, (portion, json_list(sorted(SIGN_KINDS))))]
        for key, stored in load_records(store, keys).items():
            for sign in served_by(key, orjson.loads(stored.text)):
                if sign.store_id == store_id:
                    last_at[sign.customer_id] = max(sign.at, last_at.get(sign.customer_id, sign.at))
    return {one: at for one, at in last_at.items() if one in customer_ids}


# Everything about a customer.

_CHILDREN = "SELECT kind, id, customer_id FROM customer_child WHERE customer_id IN (SELECT value FROM json_each(?))"
_NEXT_KIND = "SELECT min(kind) FROM record WHERE kind > ?"
_BODIES = "SELECT id, body FROM record WHERE kind = ?"


def _records_about(store: Connection, customers: frozenset[str]) -> dict[RecordKey, str]:
    """The records about these customers, each with one of them; none that is also about somebody who stays."""
    found = {RecordKey(Kind.CUSTOMER, one): one for one in customers}
    rows = ask(store, _CHILDREN, (json_list(sorted(customers)),))
    found |= {RecordKey(kind, record_id): one for kind, record_id, one in rows if kind != VISIT}
    for kind in _kinds(store) - CHILD_KINDS - _NOBODYS_KINDS - {Kind.CUSTOMER}:
        for record_id, body in ask(store, _BODIES, (kind,)):
            key = RecordKey(kind, record_id)
            about = customers_of(key, orjson.loads(body))
            if about and any(one in customers for one in about) and not _is_anybody_here(store, about, customers):
                found[key] = next(one for one in about if one in customers)
    return found


def _kinds(store: Connection) -> frozenset[str]:
    kinds: list[str] = []
    while kind := ask_column(store, _NEXT_KIND, (kinds[-1] if kinds else "",))[0]:
        kinds.append(kind)
    return frozenset(kinds)


def _is_anybody_here(store: Connection, about: Iterable[str], leaving: frozenset[str]) -> bool:
    return bool(load_records(store, [RecordKey(Kind.CUSTOMER, one) for one in about if one not in leaving]))


# Leaving.

_Membership = tuple[str, str, str, int, bool]
"""Kind, id, scope, version, and whether it is stale."""

_MEMBERSHIPS = """
SELECT row_scope.kind, row_scope.id, row_scope.scope, row_scope.version, row_scope.stale FROM json_each(?) AS wanted
JOIN row_scope ON row_scope.kind = wanted.value ->> 0 AND row_scope.id = wanted.value ->> 1
"""
_LEAVE = "DELETE FROM row_scope WHERE kind = ? AND id = ? AND scope = ?"
_NOT_HERE = "UPDATE row_scope SET stale = 1 WHERE kind = ? AND id = ? AND scope = ?"
_DIGEST = "SELECT total, live_count FROM scope_digest WHERE scope = ?"
_KEEP_DIGEST = "UPDATE scope_digest SET total = ?, live_count = ? WHERE scope = ?"


def _leave_look_ups(store: Connection, due: _Due, unpack: UnpackRecords) -> None:
    """As if the server had said `left`: memberships by look-up go, and what has no other one."""
    keys = due.records_of(due.over)
    left = [row for row in _memberships(store, keys) if is_lookup_scope(row[2])]
    if left:
        _uncount(store, left)
        store.exec_driver_sql(_LEAVE, [row[:3] for row in left])
    _blank(store, without_scope(store, keys), unpack)


def _leave_store(store: Connection, due: _Due, unpack: UnpackRecords) -> None:
    """Bodies go; memberships keep id and version, and no digest counts them until the server has spoken."""
    keys = due.records_of(due.unseen)
    kept = _memberships(store, keys)
    if kept:
        _uncount(store, kept)
        store.exec_driver_sql(_NOT_HERE, [row[:3] for row in kept])
    _blank(store, keys, unpack)


def _uncount(store: Connection, memberships: Iterable[_Membership]) -> None:
    """The digests kept of the scopes are without these rows; those that are stale were not in them."""
    counted: dict[str, list[tuple[str, str, int]]] = {}
    for kind, record_id, scope, version, stale in memberships:
        if not stale:
            counted.setdefault(scope, []).append((kind, record_id, version))
    for scope, rows in counted.items():
        total, count = ask(store, _DIGEST, (scope,))[0]
        digest = Digest(int(total), count)
        for row in rows:
            digest = digest.minus(*row)
        store.exec_driver_sql(_KEEP_DIGEST, (str(digest.total), digest.count, scope))


def _memberships(store: Connection, keys: Collection[RecordKey]) -> list[_Membership]:
    rows = ask(store, _MEMBERSHIPS, (keys_json(keys),)) if keys else []
    return [(kind, record_id, scope, version, bool(stale)) for kind, record_id, scope, version, stale in rows]


def _blank(store: Connection, keys: set[RecordKey], unpack: UnpackRecords) -> None:
    waiting = set(read_bases(store, keys)) if keys else set()
    write_records(store, [(key, 0, None) for key in sorted(keys - waiting)], unpack)
