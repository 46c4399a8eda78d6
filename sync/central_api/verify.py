"""What a scope has, for a device whose digest differs: digests of buckets, versions of rows, and rows by name.

Every answer is of one snapshot and bounded as a page is; a device that compares while others write finds rows that its
next page would have brought anyway, and takes them twice.
"""

from collections.abc import Iterator

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import among
from sync.central_api.column_types import RecordId
from sync.central_api.devices import Registration
from sync.central_api.pull import CHANGE_BYTES
from sync.central_api.stamping import read_epoch
from sync.central_api.tables import RECORD, SCOPE_ROW
from sync.protocol.digest import bucket_digests, bucket_of
from sync.protocol.errors import ValidationFailed
from sync.protocol.wire import MAX_PAGE_BYTES, MAX_PAGE_ROWS, RowName, RowsRequest, RowState, VerifyRequest

_READ_AT_ONCE = 2_000


def _check_granted(registration: Registration, scope: str) -> None:
    if scope not in registration.grants:
        raise ValidationFailed("sync.scope_not_granted")


def _live_rows(connection: Connection, scope: str, after: RowName | None) -> Iterator[tuple[str, str, int]]:
    """(kind, id, version) of everything the scope has after a name, in the order of names; not whole in memory."""
    table = SCOPE_ROW.c
    query = sa.select(table.kind, table.id, table.version)
    query = query.where(table.scope == scope, table.state == RowState.LIVE.value).order_by(table.kind, table.id)
    if after is not None:
        kind, record_id = after
        query = query.where(
            sa.tuple_(table.kind, table.id) > sa.tuple_(sa.literal(kind), sa.literal(record_id, RecordId()))
        )
    with connection.execute(query, execution_options={"yield_per": _READ_AT_ONCE}) as rows:
        for row in rows:
            yield row.kind, row.id, row.version


def verify_page(connection: Connection, registration: Registration, request: VerifyRequest) -> bytes:
    """The answer as JSON (`wire.VerifyReply`). Raises ValidationFailed for a scope the device does not hold."""
    _check_granted(registration, request.scope)
    epoch = read_epoch(connection)
    if not request.buckets:
        digests = bucket_digests(_live_rows(connection, request.scope, None))
        told = [{"total": str(digest.total), "count": digest.count} for digest in digests]
        return orjson.dumps({"epoch": epoch, "digests": told})
    wanted = frozenset(request.buckets)
    rows: list[tuple[str, str, int]] = []
    for row in _live_rows(connection, request.scope, request.after):
        if bucket_of(row[1]) not in wanted:
            continue
        if len(rows) == MAX_PAGE_ROWS:
            return orjson.dumps({"epoch": epoch, "rows": rows, "whole": False})
        rows.append(row)
    return orjson.dumps({"epoch": epoch, "rows": rows, "whole": True})


def rows_page(connection: Connection, registration: Registration, request: RowsRequest) -> bytes:
    """The answer as JSON (`wire.RowsReply`). Raises ValidationFailed for a scope the device does not hold."""
    _check_granted(registration, request.scope)
    table = SCOPE_ROW.c
    same = sa.and_(RECORD.c.kind == table.kind, RECORD.c.id == table.id)
    query = sa.select(table.kind, table.id, table.version, table.state, RECORD.c.body).outerjoin(RECORD, same)
    ids = sorted({record_id for _, record_id in request.names})
    found = {
        (row.kind, row.id): row
        for row in connection.execute(query.where(table.scope == request.scope, among(connection, table.id, ids)))
    }
    changes = []
    bytes_left = MAX_PAGE_BYTES
    for name in request.names:
        if bytes_left <= 0:
            break
        row = found.get(name)
        change = {
            "scope": request.scope, "kind": name[0], "id": name[1],
            "state": RowState.LEFT.value if row is None else row.state, "version": 0 if row is None else row.version,
        }  # fmt: skip
        if row is not None and row.state == RowState.LIVE:
            change["body"] = orjson.Fragment(row.body)
            bytes_left -= len(row.body)
        bytes_left -= CHANGE_BYTES
        changes.append(change)
    return orjson.dumps({"epoch": read_epoch(connection), "changes": changes})
