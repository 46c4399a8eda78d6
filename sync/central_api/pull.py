"""One page of the change feed, read in one snapshot (design: The feed).

The page is the last one only if in that snapshot no granted scope has a row above the cursor it returns; ack and
digests belong to the same snapshot. A cursor that cannot be continued is never answered with an empty page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import among, portions
from sync.central_api.column_types import RecordId
from sync.central_api.cursor import Position, read_cursor, write_cursor
from sync.central_api.devices import Identity, Registration
from sync.central_api.tables import CUSTOMER_LOOK_UP, RECORD, SCOPE, SCOPE_ROW, SETTING, SYNC_RESULT
from sync.protocol.kinds import Kind, has_digest, is_lookup_scope
from sync.protocol.times import to_wire
from sync.protocol.wire import MAX_PAGE_BYTES, PullRequest, RowState, VerdictStatus

_SETTINGS = sa.select(SETTING.c.name, SETTING.c.value).where(SETTING.c.name.in_(("epoch", "cursor_key")))
_HEADS = sa.select(SCOPE).where(SCOPE.c.scope.in_(sa.bindparam("scopes", expanding=True)))

CHANGE_BYTES = 160
"""What a change takes beside its body."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far a scope has come, in the page's snapshot."""

    epoch: str
    seq: int
    floor_seq: int
    digest_total: str
    live_count: int


@dataclass(slots=True)
class _Page:
    """A page being filled."""

    rows_left: int
    bytes_left: int = MAX_PAGE_BYTES
    changes: list[dict[str, Any]] = field(default_factory=list)

    def is_full(self) -> bool:
        return self.rows_left <= 0 or self.bytes_left <= 0

    def add(self, change: dict[str, Any], body: str | None) -> None:
        """Takes a change and what it costs on the wire, about."""
        if body is not None:
            change["body"] = orjson.Fragment(body)
        self.changes.append(change)
        self.rows_left -= 1
        self.bytes_left -= len(body or "") + CHANGE_BYTES


def read_settings(connection: Connection) -> tuple[str, bytes]:
    """The database's epoch and its cursor key."""
    values: dict[str, str] = {row.name: row.value for row in connection.execute(_SETTINGS)}
    return values["epoch"], bytes.fromhex(values["cursor_key"])


def read_heads(connection: Connection, scopes: list[str], epoch: str) -> dict[str, Head]:
    """The head of each scope; one that nothing was ever written to is at 0."""
    heads = dict.fromkeys(scopes, Head(epoch, 0, 0, "0", 0))
    for row in connection.execute(_HEADS, {"scopes": scopes}):
        heads[row.scope] = Head(row.epoch, row.seq, row.floor_seq, row.digest_total, row.live_count)
    return heads


def cannot_continue(position: Position, head: Head) -> bool:
    """True where the position is of another epoch, ahead of the head, or below what compaction kept. Pure."""
    if position.epoch != head.epoch or not 0 <= position.told_seq <= head.seq:
        return True
    return 0 < position.told_seq < head.floor_seq


_ROWS = sa.select(
    SCOPE_ROW.c.kind, SCOPE_ROW.c.id, SCOPE_ROW.c.seq, SCOPE_ROW.c.version, SCOPE_ROW.c.state, RECORD.c.body
).outerjoin(RECORD, sa.and_(RECORD.c.kind == SCOPE_ROW.c.kind, RECORD.c.id == SCOPE_ROW.c.id))


_TOLD_AT_FIRST = SCOPE_ROW.c.state.in_((RowState.LIVE.value, RowState.PURGED.value))
"""Who starts from nothing needs no word of what was gone by then; but its outbox may speak of the erased."""


def _walk_query(scope: str, position: Position, limit: int) -> sa.Select[Any]:
    """Rows after the last one sent, by kind and id; of those that were gone by then only the erased."""
    place = SCOPE_ROW.c.kind, SCOPE_ROW.c.id
    query = _ROWS.where(SCOPE_ROW.c.scope == scope, _TOLD_AT_FIRST)
    if position.kind:
        # Rows of values: either half alone would not find its place in the key.
        query = query.where(sa.tuple_(*place) > sa.tuple_(sa.literal(position.kind), sa.literal(position.id, RecordId)))
    return query.order_by(*place).limit(limit)


def _rows_query(scope: str, position: Position, limit: int) -> sa.Select[Any]:
    """Rows above the position, by number."""
    query = _ROWS.where(SCOPE_ROW.c.scope == scope, SCOPE_ROW.c.seq > position.seq)
    query = query.order_by(SCOPE_ROW.c.seq).limit(limit)
    if position.begun > position.seq:
        query = query.where(sa.or_(_TOLD_AT_FIRST, SCOPE_ROW.c.seq > position.begun))
    return query


def _fill(connection: Connection, page: _Page, scope: str, position: Position, head: Head) -> tuple[Position, bool]:
    """How far the page came in this scope, and whether that is all of it."""
    if position.seq == head.seq:
        return position, True
    if page.is_full():
        return position, False
    if position.seq == 0:
        position = position if position.begun else position._replace(begun=head.seq)
        last, whole = _take(connection, page, scope, _walk_query(scope, position, page.rows_left + 1))
        if not whole:
            return position._replace(kind=last.kind, id=last.id), False
        return _fill(connection, page, scope, Position(head.epoch, position.begun), head)
    last, whole = _take(connection, page, scope, _rows_query(scope, position, page.rows_left + 1))
    if not whole:
        return position._replace(seq=last.seq), False
    return Position(head.epoch, head.seq), True


def _take(connection: Connection, page: _Page, scope: str, query: sa.Select[Any]) -> tuple[Any, bool]:
    """The last row the page took (it has room for one), and whether that was all of them; bodies stay JSON text."""
    last: Any = None
    rows = connection.execute(query)
    for row in rows:
        if page.is_full():
            rows.close()
            return last, False
        change: dict[str, Any] = {
            "scope": scope, "kind": row.kind, "id": row.id, "state": row.state, "version": row.version,
        }  # fmt: skip
        page.add(change, row.body if row.state == RowState.LIVE else None)
        last = row
    return last, True


def _ack(connection: Connection, identity: Identity | None, settled_n: int) -> dict[str, Any]:
    """How far this device's entries are decided, and every verdict above `settled_n` that was not plainly applied."""
    if identity is None:
        return {"n": 0, "uuid": None, "verdicts": []}
    verdicts = []
    if identity.last_n > settled_n:
        query = sa.select(SYNC_RESULT.c.n, SYNC_RESULT.c.uuid, SYNC_RESULT.c.status, SYNC_RESULT.c.code).where(
            SYNC_RESULT.c.device_id == identity.device_id,
            SYNC_RESULT.c.n > settled_n,
            SYNC_RESULT.c.status != VerdictStatus.APPLIED.value,
        )
        verdicts = [dict(row) for row in connection.execute(query.order_by(SYNC_RESULT.c.n)).mappings()]
    return {"n": identity.last_n, "uuid": identity.last_uuid, "verdicts": verdicts}


def _digests(heads: Mapping[str, Head]) -> dict[str, Any]:
    return {
        scope: {"total": head.digest_total, "count": head.live_count}
        for scope, head in heads.items()
        if has_digest(scope)
    }


def _positions(
    request: PullRequest, heads: Mapping[str, Head], key: bytes
) -> tuple[dict[str, Position], list[str], list[str]]:
    """Where to go on in each granted scope, the scopes that cannot be continued, and those no longer granted."""
    known: dict[str, Position] | None = {}
    if request.cursor:
        known = read_cursor(request.cursor, key)
    if known is None:
        return {}, sorted(heads), []
    positions = {scope: Position(head.epoch, 0) for scope, head in heads.items()}
    positions.update({scope: known[scope] for scope in positions if scope in known and scope not in request.refetch})
    broken = sorted(scope for scope, position in positions.items() if cannot_continue(position, heads[scope]))
    return positions, broken, sorted(known.keys() - heads.keys())


def _tell_ends(connection: Connection, registration: Registration, changes: Iterable[dict[str, Any]]) -> None:
    """Each live customer of the device's look-ups says when the look-up ends: the device must know it offline."""
    told = {
        change["id"]: change
        for change in changes
        if change["kind"] == Kind.CUSTOMER and change["state"] == RowState.LIVE and is_lookup_scope(change["scope"])
    }
    table = CUSTOMER_LOOK_UP.c
    for portion in portions(sorted(told)):
        query = sa.select(table.customer_id, table.ends_at).where(table.device_id == registration.id)
        for customer_id, ends_at in connection.execute(query.where(among(connection, table.customer_id, portion))):
            told[customer_id]["ends_at"] = to_wire(ends_at)


def pull_page(
    connection: Connection,
    registration: Registration,
    identity: Identity | None,
    *,
    request: PullRequest,
    now: datetime,
) -> bytes:
    """The page as JSON (`wire.PullPage`). `connection` holds one read snapshot; `identity` None was never used."""
    epoch, key = read_settings(connection)
    grants = registration.grants
    heads = read_heads(connection, grants, epoch)
    positions, must_refetch, revoked = _positions(request, heads, key)
    page = _Page(request.limit)
    answer: dict[str, Any] = {
        "kind": "page", "epoch": epoch, "server_time": to_wire(now), "changes": page.changes,
        "cursor": request.cursor or "", "last_page": False, "ack": _ack(connection, identity, request.settled_n),
        "digests": {}, "must_refetch": must_refetch, "grants": grants, "revoked": revoked,
    }  # fmt: skip
    if not must_refetch:
        last_page = True
        for scope in grants:
            positions[scope], whole = _fill(connection, page, scope, positions[scope], heads[scope])
            last_page = last_page and whole
        _tell_ends(connection, registration, page.changes)
        answer["cursor"] = write_cursor(positions, key)
        answer["last_page"] = last_page
        answer["digests"] = _digests(heads) if last_page else {}
    return orjson.dumps(answer)
