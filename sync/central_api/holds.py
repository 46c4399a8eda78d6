"""Holds in the database: who gets the last piece is decided under the lock of its stock record (design: Conflicts).

Whoever changes what is held locks customers, then holds, then stock records, and reads the held pieces after that: so
requests of many devices and processes for one piece are answered one after the other, and one that expires cannot race
one that is collected. A hold whose time is over is written as expired by the hourly work, and earlier by whoever asks
for its pieces or about it, in the transaction that gives them away. `held_pieces` follows the hold records wherever
they are written (`record_store`); the stock record shows their sum to the devices of its store.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import among, delete_rows, portions
from sync.central_api.database import CentralDatabase
from sync.central_api.hold_rules import (
    COUNTED_WITHIN,
    HELD_FOR,
    HeldPieces,
    answered,
    as_it_stands,
    ended,
    held_by,
    own_level,
    stock_id_of,
    with_held,
)
from sync.central_api.record_store import Batch, Stored, load_records, lock_customers, write_batch
from sync.central_api.tables import HELD_PIECES
from sync.central_api.transactions import write_transaction
from sync.protocol.bodies import customers_of
from sync.protocol.bodies.holds import HoldStatus
from sync.protocol.ids import is_uuid, stock_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import Entry, Outcome
from sync.protocol.stock_level import HELD
from sync.protocol.wire import VerdictStatus

_HOLDS_AT_ONCE = 100


@dataclass(slots=True)
class HoldsAtHand:
    """The stock records that some holds take from, locked, and every hold on them as the entries so far leave them.

    `held`: stock id -> hold id -> pieces.
    """

    now: datetime
    stock: Mapping[RecordKey, Stored]
    held: dict[str, dict[str, HeldPieces]]

    def end_over(self, stored: Mapping[RecordKey, Stored]) -> dict[RecordKey, Body | None]:
        """The loaded holds whose end is to be written, as they are from now on."""
        changes: dict[RecordKey, Body | None] = {}
        for key, one in stored.items():
            if key.kind == Kind.HOLD and one.is_live and (body := as_it_stands(one.body, self.now)) != one.body:
                changes[key] = body
                self.keep(key, body)
        return changes

    def answer(self, outcome: Outcome) -> Outcome:
        """The outcome once the server has said its part: a request is confirmed or refused, an end has its time.

        A refused request is `merged` and not rejected: its record stays, so that every colleague who opens the customer
        sees that nothing is held, and who promised the piece finds it in Needs attention.
        """
        changes = dict(outcome.changes)
        for key, body in outcome.changes.items():
            if key.kind != Kind.HOLD or body is None:
                continue
            stock = self._stock_of(stock_id_of(body))
            if body["status"] != HoldStatus.REQUESTED:
                changes[key] = ended(body, stock, self.now)
                continue
            changes[key] = told = answered(body, stock, self.held.get(stock_id_of(body), {}).values(), self.now)
            if told["status"] == HoldStatus.REFUSED:
                outcome = Outcome(VerdictStatus.MERGED, f"mutation.hold_{told['reason']}")
        return replace(outcome, changes=changes)

    def keep(self, key: RecordKey, body: Body | None) -> None:
        """Take a hold over as it stands from now on."""
        if key.kind == Kind.HOLD and body is not None:
            on_stock = self.held.setdefault(stock_id_of(body), {})
            on_stock.pop(key.id, None)
            if (held := held_by(body)) is not None:
                on_stock[key.id] = held

    def stock_changes(self) -> dict[RecordKey, Body | None]:
        """The stock records that are to show another sum."""
        changes: dict[RecordKey, Body | None] = {}
        for key, stored in self.stock.items():
            if stored.is_live:
                body = with_held(stored.body, self.held.get(key.id, {}).values(), self.now)
                if body != stored.body:
                    changes[key] = body
        return changes

    def _stock_of(self, of_stock_id: str) -> Body | None:
        stored = self.stock.get(RecordKey(Kind.STOCK, of_stock_id))
        return stored.body if stored is not None and stored.is_live else None


def _read_held(connection: Connection, stock_ids: Iterable[str]) -> dict[str, dict[str, HeldPieces]]:
    found: dict[str, dict[str, HeldPieces]] = {}
    for portion in portions(sorted(stock_ids)):
        query = sa.select(HELD_PIECES).where(among(connection, HELD_PIECES.c.stock_id, portion))
        for row in connection.execute(query):
            held = HeldPieces(row.quantity, row.until, row.collected_at)
            found.setdefault(row.stock_id, {})[row.hold_id] = held
    return found


def _at_hand(connection: Connection, stock_ids: set[str], now: datetime) -> HoldsAtHand:
    # The lock first: what is held is then read as the last writer has left it.
    stock = load_records(connection, {RecordKey(Kind.STOCK, one) for one in stock_ids}, lock=True)
    return HoldsAtHand(now, stock, _read_held(connection, stock_ids))


def _may_be_over(now: datetime) -> sa.ColumnElement[bool]:
    """Confirmed holds that `as_it_stands` may change."""
    until = HELD_PIECES.c.until
    over = sa.or_(until.is_(None), until <= now, until > now + 2 * HELD_FOR)
    return sa.and_(HELD_PIECES.c.collected_at.is_(None), over)


def _asked_of(entries: Iterable[Entry]) -> set[str]:
    """The ids of the stock records that entries ask for pieces of."""
    stock_ids = set()
    for entry in entries:
        store_id, variant_id = entry.args.get("store_id"), entry.args.get("variant_id")
        if "hold_id" not in entry.args or not isinstance(store_id, str) or not isinstance(variant_id, str):
            continue
        if is_uuid(store_id) and is_uuid(variant_id):
            stock_ids.add(stock_id(store_id, variant_id))
    return stock_ids


def lock_holds_over(
    connection: Connection, entries: Iterable[Entry], customer_ids: Iterable[str], now: datetime
) -> set[RecordKey]:
    """Holds whose time is over, on the stock that the entries ask for. Where there are any, their customers are locked,
    and with them `customer_ids`, in the order in which writers lock them."""
    keys: set[RecordKey] = set()
    for portion in portions(sorted(_asked_of(entries))):
        query = sa.select(HELD_PIECES.c.hold_id).where(_may_be_over(now))
        query = query.where(among(connection, HELD_PIECES.c.stock_id, portion))
        keys.update(RecordKey(Kind.HOLD, hold_id) for hold_id in connection.execute(query).scalars())
    if keys:
        lock_customers(connection, {*customer_ids, *_customers_of_holds(connection, keys)})
    return keys


def _customers_of_holds(connection: Connection, keys: Iterable[RecordKey]) -> set[str]:
    return {one for key, stored in load_records(connection, keys).items() for one in customers_of(key, stored.body)}


def load_holds(
    connection: Connection, entries: Iterable[Entry], stored: Mapping[RecordKey, Stored], now: datetime
) -> HoldsAtHand:
    """What the entries ask for and what the loaded holds take from. Customers and holds are locked already."""
    stock_ids = {stock_id_of(one.body) for key, one in stored.items() if key.kind == Kind.HOLD and one.is_live}
    return _at_hand(connection, stock_ids | _asked_of(entries), now)


def with_holds(
    connection: Connection, changes: Mapping[RecordKey, Body | None], now: datetime
) -> dict[RecordKey, Body | None]:
    """An import's stock records as they are to be written: what is held here stands, whatever the source says.

    The records are locked by the caller.
    """
    stock = {key: body for key, body in changes.items() if key.kind == Kind.STOCK and body is not None}
    if not stock:
        return {}
    held = _read_held(connection, [key.id for key in stock])
    return {
        key: with_held(body, held.get(key.id, {}).values(), now)
        for key, body in stock.items()
        if key.id in held or HELD in (own_level(body) or {})
    }


def forget_holds(connection: Connection, holds: Mapping[RecordKey, Stored]) -> frozenset[str]:
    """The ids of the stock records whose pieces these holds took; they take none any more. A piece that was taken home
    counts as there until the platform's next word.

    Follow with `tell_stock` in a transaction of its own: it locks stock, which others lock before a customer's scopes.
    """
    held = {key: one for key, one in holds.items() if key.kind == Kind.HOLD and one.is_live}
    delete_rows(connection, HELD_PIECES, [{"hold_id": key.id} for key in sorted(held)])
    return frozenset(stock_id_of(one.body) for one in held.values())


def tell_stock(connection: Connection, stock_ids: Iterable[str], now: datetime) -> None:
    """Has these stock records say what is held of them now."""
    keys = {RecordKey(Kind.STOCK, one) for one in stock_ids}
    stock = {key: one for key, one in load_records(connection, keys, lock=True).items() if one.is_live}
    changes = with_holds(connection, {key: one.body for key, one in stock.items()}, now)
    write_batch(connection, Batch(changes, stock), now=now)


def _end_portion(connection: Connection, hold_ids: list[str], now: datetime) -> int:
    keys = [RecordKey(Kind.HOLD, hold_id) for hold_id in hold_ids]
    lock_customers(connection, _customers_of_holds(connection, keys))
    stored = load_records(connection, keys, lock=True)
    holds = _at_hand(connection, {stock_id_of(one.body) for one in stored.values() if one.is_live}, now)
    changes = holds.end_over(stored)
    if changes:
        write_batch(connection, Batch({**changes, **holds.stock_changes()}, {**stored, **holds.stock}), now=now)
    return sum(body is not None and body["status"] == HoldStatus.EXPIRED for body in changes.values())


def end_holds(database: CentralDatabase, now: datetime) -> int:
    """How many holds have expired; their pieces are free. Forgets pieces that were collected COUNTED_WITHIN ago.

    Safe at any time, also twice at once: who asks for such a piece meanwhile ends its hold first. Raises DatabaseBusy.
    """
    table = HELD_PIECES.c
    with database.reading() as connection:
        hold_ids = sorted(connection.execute(sa.select(table.hold_id).where(_may_be_over(now))).scalars())
        counted = sa.exists().where(table.collected_at <= now - COUNTED_WITHIN)
        has_counted = connection.execute(sa.select(counted)).scalar_one()
    expired = sum(
        write_transaction(database, partial(_end_portion, hold_ids=portion, now=now))
        for portion in portions(hold_ids, _HOLDS_AT_ONCE)
    )
    if has_counted:
        forget = sa.delete(HELD_PIECES).where(table.collected_at <= now - COUNTED_WITHIN)
        write_transaction(database, lambda connection: connection.execute(forget))
    return expired
